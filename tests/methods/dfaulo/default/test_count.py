"""The number of faults is said with an interval that holds it, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from faultloc.fault_estimate import IMBALANCED, MEMORISED, UNLEARNED, FaultEstimate
from faultloc.methods.dfaulo.default.scoring.count import estimate_faults, find_standing, look_budget
from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.noise_scale import ScaledNoise
from faultloc.methods.dfaulo.default.scoring.posterior import label_contradiction, score_default
from tests.methods.dfaulo.default.default_case import SETTINGS, DefaultCase, make_case


def estimated(case: DefaultCase, predicted: np.ndarray | None = None, depth: int = 50) -> FaultEstimate:
    """The estimate for a model that says ``predicted``; without it one that is right but for what is hard."""
    score = score_default(case.evidence, SETTINGS)
    said = case.evidence.unseen.argmax(axis=1) if predicted is None else predicted
    return estimate_faults(score, case.evidence, find_standing(case.evidence, score.probability, said), depth=depth)


@pytest.mark.parametrize(
    "faults", [{"wrong": 0}, {"wrong": 20}, {"wrong": 100}, {"wrong": 400}, {"wrong": 40, "foreign": 60}]
)
def test_the_interval_holds_the_truth(faults):
    case = make_case(**faults)
    estimate = estimated(case)
    assert estimate.low <= case.is_fault.sum() <= estimate.high
    assert estimate.low <= estimate.expected <= estimate.high
    assert estimate.high < len(case.is_fault) / 2


def test_a_model_that_agrees_with_all_labels_allows_for_no_count():
    case = make_case()
    estimate = estimated(case, predicted=case.evidence.labels, depth=0)
    assert estimate.expected is None
    assert estimate.high == 2000
    assert estimate.doubts[0] == MEMORISED
    assert estimate.worthwhile_depth == look_budget(2000) == 20


def test_a_model_that_has_learned_most_suspects_allows_for_no_count():
    case = make_case(wrong=200)
    predicted = np.where(case.is_wrong, case.evidence.labels, case.true_labels)
    predicted[~case.is_wrong & (np.arange(2000) % 20 == 0)] = 0  # it is far from agreeing with everything
    estimate = estimated(case, predicted)
    assert (estimate.expected, estimate.doubts[0]) == (None, MEMORISED)
    assert estimate.high == 2000  # it says all of their labels: nothing bounds them


def test_the_inputs_alone_count_what_a_model_has_learned_by_heart():
    case = make_case(samples=4000, wrong=200, inputs=True, learned=0.7)
    estimate = estimated(case, predicted=case.evidence.labels, depth=0)
    assert estimate.expected == pytest.approx(200, rel=0.4)
    assert estimate.doubts[0] == MEMORISED
    assert estimate.high == 4000  # and what they miss as well nobody can bound


@pytest.mark.parametrize(("rate", "is_counted"), [(1e-3, True), (2e-2, False)])
def test_foreign_inputs_are_counted_where_wrong_labels_that_a_model_may_hide_are_few(rate, is_counted):
    case = make_case(samples=4000, wrong=0, foreign=300, inputs=True)
    score = score_default(case.evidence, SETTINGS)
    # Uncertain by a factor of nearly three, of very few wrong labels or of many.
    transition = np.full((4, 4), rate / 3) + (1 - rate - rate / 3) * np.eye(4)
    scaled = ScaledNoise(NoiseMatrix(transition), 0.49)
    score = replace(score, mixture=replace(score.mixture, scaled_noise=scaled))
    standing = find_standing(case.evidence, score.probability, case.evidence.labels)
    estimate = estimate_faults(score, case.evidence, standing, depth=0)
    assert (estimate.expected is not None) is is_counted
    assert estimate.high == 4000


def test_where_a_model_has_learned_some_suspects_there_are_bounds():
    case = make_case(wrong=200)
    predicted = np.where(case.is_wrong & (np.arange(2000) % 3 > 0), case.evidence.labels, case.true_labels)
    estimate = estimated(case, predicted)
    assert estimate.expected is None
    assert 0 < estimate.low <= 200 <= estimate.high < 1000


@pytest.mark.parametrize(("suspects", "learned"), [(0, 0.8), (10, 0.8), (30, 0.0), (100, 0.6)])
def test_what_a_model_has_learned_is_told_by_all_that_is_contradicted_where_hardly_any_is_suspected(suspects, learned):
    # Labels that are wrong as people's are look like hard samples: the few suspects tell nothing of the others.
    evidence, places = make_case(wrong=0).evidence, np.arange(2000)
    others = np.roll(np.eye(4)[evidence.labels], 1, axis=1)
    agreeing = np.eye(4)[evidence.labels]
    contradicting = replace(evidence, unseen=np.where((places < 200)[:, None], others, agreeing).astype(np.float32))
    predicted = np.where(places < 40, others.argmax(axis=1), evidence.labels)
    standing = find_standing(contradicting, np.where(places < suspects, 0.9, 0.1), predicted)
    assert standing.learned == pytest.approx(learned)


def test_faults_that_the_mutants_miss_as_they_miss_what_the_model_contradicts_are_in_the_interval():
    evidence = make_case(wrong=0).evidence
    contradicted = np.arange(2000) < 40
    unseen = np.where(contradicted[:, None], np.roll(evidence.unseen, 1, axis=1), evidence.unseen)
    unseen = np.where((unseen.argmax(axis=1) == evidence.labels)[:, None] | contradicted[:, None], unseen, 0.1)
    blind = replace(evidence, unseen=unseen)
    predicted = evidence.labels.copy()
    predicted[20:80] = (predicted[20:80] + 1) % 10  # of these the mutants contradict a third
    score = score_default(blind, SETTINGS)
    standing = find_standing(blind, score.probability, predicted)
    assert standing.sight < 20 / 60 + 0.2
    assert estimate_faults(score, blind, standing, depth=1).high >= 120


def test_opinions_that_contradict_most_labels_allow_for_no_count():
    case = make_case()
    unlearned = replace(case.evidence, unseen=np.roll(case.evidence.unseen, 1, axis=0))
    estimate = estimated(replace(case, evidence=unlearned))
    assert (estimate.expected, estimate.low, UNLEARNED in estimate.doubts) == (None, 0, True)


def test_all_or_none_of_a_rare_class_may_be_faulty():
    evidence = make_case(wrong=0).evidence
    rows = np.concatenate([np.flatnonzero(evidence.labels != 3), np.flatnonzero(evidence.labels == 3)[:8]])
    score, standing = score_default(evidence, SETTINGS), find_standing(evidence, np.zeros(2000), evidence.labels)
    is_rare = np.ones(2000, bool)
    is_rare[rows[:-8]] = False
    known = estimate_faults(score, evidence, replace(standing, agrees_with_all=False, is_rare=is_rare & False), depth=1)
    rare = estimate_faults(score, evidence, replace(standing, agrees_with_all=False, is_rare=is_rare), depth=1)
    assert rare.low <= known.low
    assert rare.high >= is_rare.sum()
    assert IMBALANCED in rare.doubts


def test_labels_of_nearly_one_class_give_no_foreign_input_away():
    assert label_contradiction(np.repeat([0, 1, 2], 50)) == 1
    assert label_contradiction(np.array([0] * 900 + [1] * 100)) == pytest.approx(0.72)
    assert label_contradiction(np.array([0] * 2000 + [1] * 2)) < 0.01
    assert label_contradiction(np.zeros(10, int)) == 0


def test_the_budget_is_at_least_one_and_never_above_the_samples():
    assert [look_budget(samples) for samples in (3, 1000, 10_000, 10**6)] == [3, 20, 100, 200]
