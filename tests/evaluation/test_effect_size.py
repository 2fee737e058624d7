import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.effect_size import claim_improvement, vargha_delaney
from tests.references import reference_a12, reference_a12_interval


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


LOW, HIGH = np.arange(10) + 0.0, np.arange(10) + 20.0


def test_a12_of_the_worked_example_of_the_package_effsize():
    treatment = floats(10, 10, 20, 20, 20, 30, 30, 30, 40, 50)
    assert vargha_delaney(treatment, floats(10, 20, 30, 40, 40, 50)).a12 == 0.375  # Cliff's delta is -0.25


def test_it_is_what_comparing_all_pairs_gives_with_the_interval_of_trying_all_values():
    rng = np.random.default_rng(0)
    for _ in range(25):
        ours, theirs = (rng.integers(0, 6, rng.integers(1, 12)).astype(np.float64) for _ in range(2))
        effect = vargha_delaney(ours, theirs)
        assert effect.a12 == pytest.approx(float(reference_a12(ours, theirs)))
        expected = reference_a12_interval(effect.a12, len(ours), len(theirs))
        assert (effect.low, effect.high) == pytest.approx(expected, abs=2e-4)


def test_the_other_way_round_it_is_its_mirror_image():
    ours, theirs = floats(1, 2, 5, 6), floats(2, 3, 3)
    effect, mirrored = vargha_delaney(ours, theirs), vargha_delaney(theirs, ours)
    less = vargha_delaney(ours, theirs, higher_is_better=False)
    assert (1 - effect.a12, 1 - effect.high, 1 - effect.low) == pytest.approx(
        (mirrored.a12, mirrored.low, mirrored.high)
    )
    assert (less.a12, less.low, less.high) == (mirrored.a12, mirrored.low, mirrored.high)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_groups_that_are_wholly_apart_still_leave_a_doubt(size):
    effect = vargha_delaney(HIGH[:size], LOW[:size])
    assert effect.a12 == effect.high == 1
    assert effect.low < 0.7


def test_the_interval_holds_the_truth_in_ninety_five_of_a_hundred_cases():
    rng = np.random.default_rng(1)
    truth = 0.9213504  # of normal values two standard deviations apart
    effects = [vargha_delaney(rng.normal(2, 1, 5), rng.normal(0, 1, 5)) for _ in range(400)]
    share = np.mean([effect.low <= truth <= effect.high for effect in effects])
    assert 0.92 <= share <= 0.98  # the standard error is 0.011


def test_a_claim_stands_where_every_baseline_is_beaten():
    claim = claim_improvement("HUDD", HIGH, {"BL1": LOW, "BL2": LOW})
    assert claim.holds
    assert claim.sentence.startswith("HUDD is better than BL1 and BL2: A12 1.00 [0.80, 1.00] against BL1, ")


def test_one_baseline_that_is_not_beaten_is_enough_to_refuse_it():
    claim = claim_improvement("HUDD", HIGH, {"BL1": LOW, "BL2": HIGH})
    assert not claim.holds
    assert claim.sentence.startswith("HUDD is not shown to be better than BL1 and BL2: ")
    assert claim.effects["BL1"].is_improvement
    assert not claim.effects["BL2"].is_improvement


def test_a_medium_effect_whose_interval_holds_one_half_is_none():
    effect = vargha_delaney(floats(1, 3, 5, 7, 9), floats(0, 2, 4, 6, 6))
    assert effect.a12 >= 0.64
    assert effect.low < 0.5
    assert not effect.is_improvement


def test_a_sure_effect_that_is_small_is_none():
    rng = np.random.default_rng(2)
    effect = vargha_delaney(rng.normal(0.35, 1, 500), rng.normal(0, 1, 500))
    assert 0.5 < effect.low < effect.a12 < 0.64
    assert not effect.is_improvement


def test_three_beside_three_are_too_few_to_claim_anything():
    assert not claim_improvement("HUDD", HIGH[:3], {"BL1": LOW[:3]}).holds
    assert claim_improvement("HUDD", HIGH[:4], {"BL1": LOW[:4]}).holds


@pytest.mark.parametrize("values", [floats(), floats(1, np.nan)])
def test_no_repetitions_or_ones_that_are_no_numbers_are_an_error(values):
    with pytest.raises(DataError, match=r"a group of \d repetitions has \d values that are no numbers"):
        vargha_delaney(HIGH, values)


def test_a_claim_without_a_baseline_is_an_error():
    with pytest.raises(DataError, match="no baseline to compare HUDD with"):
        claim_improvement("HUDD", HIGH, {})
