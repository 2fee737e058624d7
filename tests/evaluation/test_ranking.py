import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.detection import auroc
from faultloc.evaluation.ranking import Ranking, assess_ranking, rank_as_listed, rank_by_suspiciousness
from tests.references import reference_auroc


def test_the_most_suspicious_sample_comes_first() -> None:
    ranking = rank_by_suspiciousness(np.array([0.1, 0.9, 0.5]), np.random.default_rng(0))
    assert ranking.order.tolist() == [1, 2, 0]


def test_every_sample_is_listed_once() -> None:
    suspiciousness = np.random.default_rng(1).integers(0, 5, 200).astype(float)
    order = rank_by_suspiciousness(suspiciousness, np.random.default_rng(0)).order
    assert sorted(order) == list(range(200))
    assert (np.diff(suspiciousness[order]) <= 0).all()


def test_ties_do_not_profit_from_the_order_of_the_data_set() -> None:
    is_fault = np.arange(1000) < 50  # the faults stand first, and the suspiciousness says nothing
    ranking = rank_by_suspiciousness(np.zeros(1000), np.random.default_rng(0))
    assert assess_ranking(ranking, is_fault, [0.05])["pobl@5"] < 0.2


def test_the_same_generator_breaks_ties_alike() -> None:
    orders = [rank_by_suspiciousness(np.zeros(50), np.random.default_rng(3)).order for _ in range(2)]
    assert (orders[0] == orders[1]).all()


def test_a_suspiciousness_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(DataError, match="1 of 3 elements is not a number"):
        rank_by_suspiciousness(np.array([0.1, np.nan, 0.2]), np.random.default_rng(0))


def test_a_list_without_comparable_suspiciousness_is_judged_by_its_places() -> None:
    ranking = rank_as_listed(np.array([2, 0, 1]))
    assert ranking.suspiciousness.tolist() == [1, 0, 2]


def test_auroc_counts_the_pairs_that_are_in_order() -> None:
    generator = np.random.default_rng(0)
    for _ in range(20):
        is_fault = generator.random(40) < 0.3
        is_fault[:2] = True, False
        suspiciousness = generator.integers(0, 6, 40).astype(float)
        expected = float(reference_auroc(is_fault.tolist(), suspiciousness.tolist()))
        assert auroc(is_fault, suspiciousness) == pytest.approx(expected)


def test_auroc_needs_faults_and_sound_samples() -> None:
    with pytest.raises(DataError, match="at least one of each"):
        auroc(np.ones(3, dtype=bool), np.arange(3.0))


def test_an_ideal_ranking_gets_the_best_values() -> None:
    is_fault = np.arange(100) < 5
    values = assess_ranking(Ranking(np.arange(100), np.arange(100.0)[::-1].copy()), is_fault, [0.01, 0.05])
    assert values == {
        "pobl@1": 0.2,
        "pobl@5": 1.0,
        "rauc": 1.0,
        "apfd": 0.985,
        "exam_first": 0.01,
        "exam_last": 0.05,
        "exam_average": 0.02,
        "auroc": 1.0,
        "average_precision": 1.0,
    }
