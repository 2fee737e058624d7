import numpy as np
import pytest
from scipy.stats import ks_2samp

from faultloc.errors import DataError
from faultloc.evaluation.parameter_shifts import distribution_distance, shift_parameters
from faultloc.evaluation.variance_reduction import largest_reductions, share_right


@pytest.mark.parametrize("seed", range(5))
def test_the_distance_is_scipys_with_equal_values_too(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 9, 40).astype(float), rng.integers(2, 12, 70).astype(float)
    assert distribution_distance(first, second) == pytest.approx(ks_2samp(first, second).statistic)


def test_samples_that_are_alike_have_no_distance_and_those_apart_the_largest():
    values = np.array([1.0, 2.0, np.nan])
    assert distribution_distance(values, np.repeat(values, 3)) == 0
    assert distribution_distance(np.array([1.0, 2.0]), np.array([3.0])) == 1


def test_to_apply_more_often_is_a_distance():
    assert distribution_distance(np.array([4.0, np.nan]), np.full(3, np.nan)) == 0.5


def test_the_parameter_that_sets_a_cluster_apart_has_the_largest_shift_where_its_variance_is_not_reduced():
    rng = np.random.default_rng(0)
    usual = {"angle": rng.uniform(-10, 10, 200), "bar": np.zeros(200)}
    angle = np.concatenate([rng.choice([-60.0, 60.0], 30), rng.uniform(-10, 10, 30)])
    bar = np.concatenate([np.zeros(30), np.full(30, 12.0)])
    cluster = np.repeat([0, 1], 30)
    shifts = shift_parameters({"angle": angle, "bar": bar}, cluster, usual)
    assert largest_reductions(shifts)["parameter"].to_dict() == {0: "angle", 1: "bar"}
    assert share_right(shifts, {0: {"angle"}, 1: {"bar"}}) == 1


def test_outliers_are_no_cluster():
    shifts = shift_parameters({"bar": np.array([1.0, 2.0])}, np.array([-1, 4]), {"bar": np.array([1.0])})
    assert shifts.index.tolist() == [4]


def test_a_parameter_that_is_not_known_of_the_usual_samples_is_one_sentence():
    with pytest.raises(DataError, match="1 values of their parameter bar and 0 of the samples to compare with"):
        shift_parameters({"bar": np.array([1.0])}, np.array([0]), {})
