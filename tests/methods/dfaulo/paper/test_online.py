import numpy as np
import pytest

from faultloc.methods.dfaulo.paper.scoring.online import ReviewedRanking, rank_with_verdicts
from tests.methods.dfaulo.paper.test_offline import clear_case


def ranked(review, *, offline=None, rounds: int = 3, per_round: int = 30) -> ReviewedRanking:
    given, seeds, is_fault = clear_case()
    return rank_with_verdicts(
        given,
        is_fault * 0.5 + 0.1 if offline is None else offline,
        seeds,
        review(is_fault),
        rounds=rounds,
        per_round=per_round,
        inverse_regularisation=1.0,
        generator=np.random.default_rng(0),
    )


def oracle(is_fault):
    return lambda judged: is_fault[judged]


def test_every_sample_is_listed_once_and_the_reviewed_ones_come_first():
    ranking = ranked(oracle)
    assert sorted(ranking.order) == list(range(400))
    assert (ranking.round_of[ranking.order[:90]] == np.repeat([1, 2, 3], 30)).all()
    assert (ranking.round_of[ranking.order[90:]] == 0).all()


def test_only_samples_that_were_asked_about_have_verdicts():
    asked: list[int] = []

    def review(is_fault):
        def judge(judged):
            asked.extend(judged)
            return is_fault[judged]

        return judge

    ranking = ranked(review)
    assert len(asked) == len(set(asked)) == 90
    assert set(np.flatnonzero(ranking.verdicts)) <= set(asked)


def test_verdicts_bring_the_rest_of_the_faults_forward():
    # The offline list knows 5 of 20 faults and is blind to the rest.
    offline = np.where(np.arange(400) < 5, 0.9, 0.1)
    ranking = ranked(oracle, offline=offline, rounds=2, per_round=50)
    places = np.flatnonzero(ranking.order < 20)
    assert places.max() < 70


@pytest.mark.parametrize("verdict", [True, False])
def test_verdicts_of_one_kind_are_enough(verdict):
    ranking = ranked(lambda is_fault: lambda judged: np.full(len(judged), verdict))
    assert (ranking.verdicts == (verdict & (ranking.round_of > 0))).all()
    assert np.isfinite(ranking.suspiciousness).all()


def test_the_truth_of_samples_that_nobody_judged_is_never_used():
    _, _, is_fault = clear_case()
    offline = np.where(is_fault, 0.2, 0.8)  # only clean samples are judged
    first = ranked(oracle, offline=offline, rounds=1, per_round=10)
    second = ranked(lambda _: lambda judged: np.zeros(len(judged), dtype=bool), offline=offline, rounds=1, per_round=10)
    assert np.array_equal(first.order, second.order)


def test_more_rounds_than_samples_end_when_all_are_judged():
    ranking = ranked(oracle, rounds=50, per_round=100)
    assert (ranking.round_of > 0).all()
