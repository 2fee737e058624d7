import numpy as np
import pytest

from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.methods.dfaulo.default.scoring.explanation import (
    count_faults,
    fault_kinds,
    near_duplicates,
    suggested_labels,
    worthwhile_depth,
)
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from tests.methods.dfaulo.default.default_case import SETTINGS, make_case


def test_kinds_fit_the_faults():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    kinds = fault_kinds(score, np.zeros(2000, bool))
    assert (kinds[case.is_foreign] == FOREIGN_INPUT).mean() > 0.7
    assert (kinds[case.is_wrong] == WRONG_LABEL).mean() > 0.7
    assert (kinds[~case.is_fault] == "").mean() > 0.9
    open_ones = (score.probability >= 0.25) & (score.probability < 0.5) & (kinds != FOREIGN_INPUT)
    assert (kinds[open_ones] == AMBIGUOUS).all()


def test_a_suspected_twin_of_another_label_is_named_as_such():
    case = make_case()
    score = score_default(case.evidence, SETTINGS)
    kinds = fault_kinds(score, np.ones(2000, bool))
    suspected = score.probability >= 0.5
    assert (kinds[suspected & (score.foreign_probability < score.probability / 2)] == NEAR_DUPLICATE).all()
    assert (kinds[score.probability < 0.25] == "").all()


def test_the_right_label_is_suggested():
    case = make_case()
    suggested, probability = suggested_labels(score_default(case.evidence, SETTINGS), case.evidence.labels)
    assert (suggested[case.is_wrong] == case.true_labels[case.is_wrong]).mean() > 0.9
    assert (suggested != case.evidence.labels).all()
    assert ((probability >= 0) & (probability <= 1)).all()


def test_the_count_is_the_sum_and_lies_in_its_interval():
    sure = np.array([1.0] * 30 + [0.0] * 70)
    assert (count_faults(sure, (sure, sure)).low, count_faults(sure, (sure, sure)).high) == (30, 30)
    unsure = np.full(100, 0.3)
    count = count_faults(unsure, (unsure, unsure))
    assert count.expected == 30
    # 1.96 times the root of 100 * .3 * .7
    assert (count.low, count.high) == (21, 39)


def test_opinions_that_differ_widen_the_interval():
    probability = np.full(100, 0.3)
    count = count_faults(probability, (np.full(100, 0.2), np.full(100, 0.4)))
    assert (count.low, count.high) == (11, 49)


def test_it_pays_to_look_as_long_as_the_chance_is_high_enough():
    assert worthwhile_depth(np.array([0.05, 0.9, 0.1, 0.0]), least_yield=0.1) == 2


def test_near_duplicates_are_close_and_differ_in_their_label():
    labels, nearest = np.array([0, 1, 0, 0, 1]), np.array([1, 0, 3, 2, 0])
    distance = np.float32([0.01, 0.01, 0.01, 1.0, 1.0])
    assert near_duplicates(labels, nearest, distance * 0 + 1, closeness=0.1).sum() == 0
    found = near_duplicates(labels, nearest, np.float32([0.01, 0.01, 1.0, 1.0, 1.0]), closeness=0.1)
    assert found.tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("closeness", [0.0, 0.5])
def test_exact_doubles_are_near_duplicates_whatever_the_closeness(closeness):
    found = near_duplicates(np.array([0, 1]), np.array([1, 0]), np.zeros(2, np.float32), closeness=closeness)
    assert found.all()
