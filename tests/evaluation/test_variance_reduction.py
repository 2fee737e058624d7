import numpy as np
import pandas as pd
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.variance_reduction import (
    compare_with_permuted,
    largest_reductions,
    reduce_variances,
    share_right,
    summarise_reductions,
    variance,
)
from tests.evaluation.cluster_references import reference_reduction, reference_variance


def case(seed):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(-1, 4, 60)
    parameters = {
        "angle": (rng.normal(0, 20, 60) + 90 * cluster) % 360,
        "blur": np.where(rng.random(60) < 0.3, np.nan, rng.random(60)),
        "contrast": np.ones(60),
    }
    return parameters, cluster


@pytest.mark.parametrize("seed", range(6))
def test_the_reductions_are_those_of_the_slow_reference(seed):
    parameters, cluster = case(seed)
    found = reduce_variances(parameters, cluster, {"angle": 360})
    assert found.index.tolist() == [0, 1, 2, 3]
    for name, values in parameters.items():
        period = 360 if name == "angle" else None
        for number in found.index:
            expected = reference_reduction(values.tolist(), cluster.tolist(), number, period)
            assert found.loc[number, name] == pytest.approx(np.nan if expected is None else expected, nan_ok=True)


def test_angles_that_go_round_are_near_one_another():
    assert variance(np.array([359.0, 1.0]), 360) == pytest.approx(reference_variance([-1, 1], 360))
    assert variance(np.array([359.0, 1.0]), 360) < 0.001
    assert variance(np.array([0.0, 180.0]), 360) == pytest.approx(1)


def test_a_cluster_in_which_a_parameter_is_always_the_same_has_a_reduction_of_one():
    found = reduce_variances({"blur": np.array([3.0, 3.0, 0.0, 1.0])}, np.array([0, 0, 1, 1]), {})
    assert found.loc[0, "blur"] == 1


def test_one_error_and_a_parameter_that_never_varies_have_no_reduction():
    found = reduce_variances({"blur": np.array([3.0, 0.0, 1.0]), "dark": np.ones(3)}, np.array([0, 1, 1]), {})
    assert np.isnan(found.loc[0, "blur"])
    assert found["dark"].isna().all()


def test_outliers_change_no_reduction():
    values, cluster = np.array([3.0, 2.0, 0.0, 1.0]), np.array([0, 0, 1, 1])
    alone = reduce_variances({"blur": values}, cluster, {})
    beside = reduce_variances({"blur": np.append(values, 1000.0)}, np.append(cluster, -1), {})
    pd.testing.assert_frame_equal(alone, beside)


def test_the_largest_reduction_names_its_parameter():
    table = pd.DataFrame({"angle": [0.1, np.nan, np.nan], "blur": [0.9, 0.2, np.nan]}, index=[0, 1, 2])
    largest = largest_reductions(table)
    assert largest["parameter"].to_dict() == {0: "blur", 1: "blur"}
    assert largest["reduction"].to_dict() == {0: 0.9, 1: 0.2}


def test_the_figures_are_taken_over_the_clusters_that_have_any():
    table = pd.DataFrame({"angle": [0.1, 0.3, np.nan], "blur": [0.9, np.nan, np.nan]}, index=[0, 1, 2])
    figures = summarise_reductions(table)
    assert figures.share_high == 0.5
    assert figures.mean_best == pytest.approx(0.6)
    assert figures.mean == pytest.approx(1.3 / 3)


def test_without_any_reduction_there_are_no_figures():
    assert np.isnan(summarise_reductions(pd.DataFrame({"angle": [np.nan]})).share_high)
    assert np.isnan(summarise_reductions(pd.DataFrame(index=[0, 1])).mean_best)


def test_the_right_parameter_is_one_of_those_that_the_cause_changes():
    table = pd.DataFrame({"occluder_y": [0.9, 0.1], "blur": [0.2, 0.8]}, index=[0, 1])
    right = {0: {"occluder_y", "occluder_size"}, 1: {"angle"}}
    assert share_right(table, right) == 0.5
    assert np.isnan(share_right(table, {}))


def test_permuted_clusters_reduce_less_than_clusters_by_the_parameter_and_keep_outliers():
    rng = np.random.default_rng(0)
    values = np.repeat([0.0, 10.0, 20.0, 500.0], 20) + rng.random(80)
    cluster = np.repeat([0, 1, 2, -1], 20)
    own, chance = compare_with_permuted({"blur": values}, cluster, {}, 20, rng)
    assert own.share_high == 1 and own.mean > 0.99
    # By chance a cluster varies as all errors do, but for what its size takes away: (n - 1) / n.
    assert abs(chance.mean) < 0.1


def test_permuted_figures_are_the_same_for_the_same_generator_and_leave_the_clusters_as_they_were():
    parameters, cluster = case(0)
    before = cluster.copy()
    first, second = (
        compare_with_permuted(parameters, cluster, {"angle": 360}, 3, np.random.default_rng(1)) for _ in range(2)
    )
    assert first == second
    np.testing.assert_array_equal(cluster, before)


def test_a_parameter_of_another_number_of_errors_is_one_sentence():
    with pytest.raises(DataError, match="2 errors and 1 values of the parameter blur"):
        reduce_variances({"blur": np.array([1.0])}, np.array([0, 0]), {})
