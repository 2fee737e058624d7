import math

import numpy as np
import pytest

from faultloc.evaluation.significance import (
    LOSS,
    TIE,
    TOO_FEW,
    WIN,
    cliffs_delta,
    compare_groups,
    rank_sum_p,
    signed_rank_p,
)
from tests.references import reference_cliffs_delta, reference_rank_sum_p, reference_signed_rank_p


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_cliffs_delta_of_the_worked_example_of_the_package_effsize() -> None:
    treatment = floats(10, 10, 20, 20, 20, 30, 30, 30, 40, 50)
    control = floats(10, 20, 30, 40, 40, 50)
    assert cliffs_delta(treatment, control) == -0.25


def test_cliffs_delta_is_what_comparing_all_pairs_gives() -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        ours, theirs = (generator.integers(0, 6, generator.integers(1, 15)).astype(np.float64) for _ in range(2))
        assert cliffs_delta(ours, theirs) == pytest.approx(float(reference_cliffs_delta(ours, theirs)))


def test_cliffs_delta_turns_its_sign_with_the_groups() -> None:
    ours, theirs = floats(1, 2, 5), floats(2, 3)
    assert cliffs_delta(ours, theirs) == -cliffs_delta(theirs, ours)


def test_the_rank_sum_p_is_that_of_all_ways_to_deal_the_values_out() -> None:
    generator = np.random.default_rng(1)
    for _ in range(25):
        ours, theirs = (generator.integers(0, 4, generator.integers(1, 6)).astype(np.float64) for _ in range(2))
        assert rank_sum_p(ours, theirs) == pytest.approx(float(reference_rank_sum_p(ours, theirs)))


@pytest.mark.parametrize(("size", "ways"), [(3, 20), (4, 70), (5, 252)])
def test_groups_that_are_wholly_apart_have_two_of_all_ways(size: int, ways: int) -> None:
    assert rank_sum_p(np.arange(size) + 10.0, np.arange(size) + 0.0) == pytest.approx(2 / ways)


def test_many_repetitions_have_the_p_of_scipy() -> None:
    from scipy.stats import mannwhitneyu

    generator = np.random.default_rng(2)
    ours, theirs = generator.normal(0.4, 1, 30), generator.normal(0, 1, 30)
    assert rank_sum_p(ours, theirs) == pytest.approx(mannwhitneyu(ours, theirs).pvalue)


def test_thirty_beside_thirty_without_a_difference_are_a_tie() -> None:
    values = np.arange(30) % 7 + 0.0
    found = compare_groups(values, values[::-1].copy())
    assert (found.delta, found.outcome) == (0, TIE)


def test_a_clear_difference_is_a_win_and_from_the_other_side_a_loss() -> None:
    high, low = floats(0.9, 0.91, 0.92, 0.93), floats(0.5, 0.51, 0.52, 0.53)
    assert compare_groups(high, low).outcome == WIN
    assert compare_groups(low, high).outcome == LOSS


def test_where_less_is_better_the_lower_group_wins() -> None:
    found = compare_groups(floats(1, 2, 3, 4), floats(5, 6, 7, 8), higher_is_better=False)
    assert (found.delta, found.outcome) == (1, WIN)


def test_a_significant_difference_that_is_negligible_is_a_tie() -> None:
    # 2,000 beside 2,000 of which one in ten is higher: p is tiny, and delta is 0.1.
    found = compare_groups(np.arange(2000) % 10 // 9 + 0.0, np.zeros(2000))
    assert found.p < 0.001
    assert (found.delta, found.outcome) == (pytest.approx(0.1), TIE)


def test_three_beside_three_cannot_tell() -> None:
    found = compare_groups(floats(7, 8, 9), floats(1, 2, 3))
    assert (found.p, found.delta, found.outcome) == (pytest.approx(0.1), 1, TOO_FEW)


def test_groups_of_equal_values_are_alike() -> None:
    found = compare_groups(np.ones(5), np.ones(6))
    assert (found.p, found.delta, found.outcome) == (1, 0, TIE)


def test_an_empty_group_cannot_be_compared() -> None:
    found = compare_groups(floats(), floats(1, 2))
    assert math.isnan(found.p) and found.outcome == TOO_FEW


def test_the_signed_rank_p_is_that_of_all_ways_to_turn_the_signs() -> None:
    generator = np.random.default_rng(3)
    for _ in range(25):
        differences = generator.integers(-4, 6, generator.integers(6, 10))
        expected = float(reference_signed_rank_p(differences.tolist()))
        assert signed_rank_p(differences.astype(np.float64)) == pytest.approx(expected)


def test_six_gains_are_the_fewest_that_can_be_significant() -> None:
    assert signed_rank_p(floats(1, 2, 3, 4, 5, 6)) == pytest.approx(2 / 64)
    assert math.isnan(signed_rank_p(floats(1, 2, 3, 4, 5)))


def test_pairs_without_any_difference_are_alike() -> None:
    assert signed_rank_p(np.zeros(8)) == 1
