import math

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.unsafe_values import (
    UnsafeValues,
    find_unsafe_clusters,
    mean_value,
    share_unsafe,
    share_unsafe_permuted,
)

# HUDD's gaze: within 11.25 degrees of a border between two of the eight directions.
GAZE = UnsafeValues.near([22.5 + 45 * k for k in range(8)], 11.25, 360)


def reference_is_near_a_border(angle):
    """Every border of every turn, one after the other."""
    return any(abs(angle - (22.5 + 45 * k)) <= 11.25 for k in range(-16, 17))


@pytest.mark.parametrize("angle", [0, 11, 11.25, 11.5, 22.5, 33.75, 34, 337.5, 348.75, 349, 359, -22.5, 382.5])
def test_a_gaze_is_unsafe_near_a_border_of_two_directions(angle):
    assert GAZE.contains(angle) == reference_is_near_a_border(angle)


def test_a_range_may_go_round():
    around_zero = UnsafeValues([(350, 370)], 360)
    assert [around_zero.contains(angle) for angle in (349, 350, 0, 5, 10, 11)] == [False, True, True, True, True, False]


def test_a_range_may_be_open_to_one_side():
    lid = UnsafeValues([(-math.inf, -16)])
    assert [lid.contains(value) for value in (-100, -16, -15, math.nan)] == [True, True, False, False]


@pytest.mark.parametrize("ranges", [[], [(2, 1)]])
def test_ranges_that_cannot_be_are_one_sentence(ranges):
    with pytest.raises(DataError, match="expected some, each from low to high"):
        UnsafeValues(ranges)


def test_the_mean_of_angles_goes_round_and_leaves_out_what_does_not_apply():
    assert mean_value(np.array([350.0, 20.0, np.nan]), 360) == pytest.approx(5)
    assert mean_value(np.array([350.0, 20.0, np.nan]), None) == 185
    assert math.isnan(mean_value(np.array([np.nan]), None))
    assert math.isnan(mean_value(np.array([0.0, 180.0]), 360))


def case():
    """Cluster 0 looks along a border, cluster 1 along a direction, cluster 2 anywhere."""
    gaze = np.array([21.0, 24, 22, 23, 89, 91, 90, 92, 0, 90, 180, 270])
    return {"gaze": gaze, "size": np.arange(12.0)}, np.repeat([0, 1, 2], 4)


def test_a_cluster_is_unsafe_where_its_inputs_are_alike_and_their_mean_is_unsafe():
    table = find_unsafe_clusters(*case(), {"gaze": GAZE})
    assert table[["cluster", "parameter", "is_unsafe"]].to_numpy().tolist() == [[0, "gaze", True], [1, "gaze", False]]
    assert table["mean"].tolist() == pytest.approx([22.5, 90.5], abs=0.01)
    assert (table["reduction"] > 0.99).all()
    assert share_unsafe(table) == 0.5


def test_a_cluster_is_unsafe_if_one_of_its_parameters_is():
    unsafe = {"gaze": GAZE, "size": UnsafeValues([(100, 200)])}
    table = find_unsafe_clusters(*case(), unsafe)
    assert len(table) > 2
    assert share_unsafe(table) == pytest.approx(1 / table["cluster"].nunique())


def test_without_a_cluster_that_is_alike_no_share_can_be_said():
    parameters, cluster = case()
    table = find_unsafe_clusters(parameters, np.zeros_like(cluster), {"gaze": GAZE})
    assert len(table) == 0
    assert math.isnan(share_unsafe(table))


def test_permuted_clusters_say_what_the_share_is_worth():
    # Half of all gazes are unsafe, so by chance half of the clusters are, whatever a method did.
    rng = np.random.default_rng(0)
    gaze = rng.uniform(0, 360, 400)
    cluster = np.arange(400) // 2
    chance = share_unsafe_permuted({"gaze": gaze}, cluster, {"gaze": GAZE}, 10, rng)
    assert chance == pytest.approx(0.5, abs=0.1)


def test_a_parameter_that_is_not_known_is_one_sentence():
    with pytest.raises(DataError, match="the parameter lid has unsafe values and is not known of the errors; .* gaze"):
        find_unsafe_clusters(*case(), {"lid": GAZE})
