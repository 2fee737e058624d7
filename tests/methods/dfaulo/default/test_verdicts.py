import numpy as np
import pytest

from faultloc.evaluation.metrics import share_found
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import review_in_rounds
from tests.methods.dfaulo.default.default_case import SETTINGS, make_case

VERDICTS = VerdictSettings(
    prior_surprise=80,
    presumed_sound=600,
    presumed_below=0.8,
    presumed_weight=0.1,
    cell_prior=4,
    inverse_regularisation=0.05,
)


def ranker_of(case, **changes) -> tuple[VerdictRanker, np.ndarray]:
    score = score_default(case.evidence, SETTINGS)
    settings = VerdictSettings(**{**vars(VERDICTS), **changes})
    return VerdictRanker(case.evidence, score, settings, np.random.default_rng(0)), score.log_odds


def test_without_verdicts_the_order_is_the_scorers():
    ranker, log_odds = ranker_of(make_case(foreign=20))
    before = ranker.refine(np.array([], np.int64), np.array([], bool))
    assert (np.argsort(before, kind="stable") == np.argsort(log_odds, kind="stable")).all()
    assert ((before > 0) & (before < 1)).all()


def test_verdicts_that_confirm_the_ranking_hardly_change_it():
    case = make_case()
    ranker, log_odds = ranker_of(case)
    top = np.argsort(-log_odds)[:50]
    assert case.is_fault[top].all()
    before, after = ranker.refine(np.array([], np.int64), np.array([], bool)), ranker.refine(top, case.is_fault[top])
    moved = np.abs(np.argsort(np.argsort(-before)) - np.argsort(np.argsort(-after)))
    assert np.median(moved[log_odds > np.quantile(log_odds, 0.9)]) < 10


def test_verdicts_that_contradict_the_model_are_believed():
    # All that the scorer takes for a 2 labelled 0 is fine; the person says so of a few.
    case = make_case(samples=4000, wrong=200)
    ranker, _ = ranker_of(case, prior_surprise=5)
    suspected = np.flatnonzero((case.true_labels == 2) & (case.evidence.labels == 0) & case.is_wrong)
    others = np.flatnonzero(case.is_wrong & (case.true_labels == 1))
    reviewed = np.concatenate([suspected[: len(suspected) // 2], others[: len(others) // 2]])
    verdicts = np.isin(reviewed, others)
    before, after = ranker.refine(np.array([], np.int64), np.array([], bool)), ranker.refine(reviewed, verdicts)
    rest = suspected[len(suspected) // 2 :]
    others_rest = others[len(others) // 2 :]
    gap_before = np.median(before[rest]) - np.median(before[others_rest])
    assert np.median(after[rest]) - np.median(after[others_rest]) < gap_before


@pytest.mark.parametrize("verdict", [True, False])
@pytest.mark.parametrize("count", [1, 30])
def test_verdicts_of_one_kind_are_enough(verdict, count):
    ranker, log_odds = ranker_of(make_case())
    after = ranker.refine(np.argsort(-log_odds)[:count], np.full(count, verdict))
    assert np.isfinite(after).all() and ((after > 0) & (after < 1)).all()


def test_the_loop_does_not_lose_what_the_ranking_had():
    case = make_case(wrong=60, foreign=40)
    ranker, log_odds = ranker_of(case)
    nothing = np.array([], np.int64), np.array([], bool)
    reviewed = review_in_rounds(
        ranker.refine(*nothing),
        lambda judged: case.is_fault[judged],
        ranker.refine,
        rounds=4,
        per_round=25,
        generator=np.random.default_rng(0),
    )
    offline = case.is_fault[np.argsort(-log_odds, kind="stable")]
    assert share_found(case.is_fault[reviewed.order], 0.05) >= share_found(offline, 0.05) - 0.01


@pytest.mark.parametrize("reviewed_count", [0, 20, 60])
def test_about_how_many_are_left_is_known(reviewed_count):
    case = make_case(samples=4000, wrong=200)
    ranker, log_odds = ranker_of(case)
    reviewed = np.argsort(-log_odds)[:reviewed_count]
    left = case.is_fault.sum() - case.is_fault[reviewed].sum()
    assert ranker.expected_left(reviewed, case.is_fault[reviewed]) == pytest.approx(left, rel=0.35)


def test_a_person_who_finds_nothing_lowers_the_estimate():
    case = make_case()
    ranker, log_odds = ranker_of(case)
    top = np.argsort(-log_odds)[:20]
    assert ranker.expected_left(top, np.zeros(20, bool)) < ranker.expected_left(top, np.ones(20, bool)) / 3


def test_what_is_expected_to_be_left_is_the_sum_of_the_probabilities_of_the_unjudged():
    case = make_case()
    ranker, log_odds = ranker_of(case)
    order = np.argsort(-log_odds)
    reviewed, left = order[:40], order[40:]
    probability = ranker.fault_probabilities(reviewed, case.is_fault[reviewed])
    assert ((probability > 0) & (probability < 1)).all()
    assert ranker.expected_left(reviewed, case.is_fault[reviewed]) == pytest.approx(probability[left].sum())
    assert (np.diff(probability[order]) <= 0).all()
