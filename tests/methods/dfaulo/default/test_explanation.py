from dataclasses import replace

import numpy as np
import pytest

from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.methods.dfaulo.default.scoring.explanation import (
    fault_kinds,
    near_duplicates,
    neighbours_vote,
    suggested_labels,
    worthwhile_depth,
)
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from tests.methods.dfaulo.default.default_case import SETTINGS, make_case


def test_kinds_fit_the_faults():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    kinds = fault_kinds(score, *[np.zeros(2000, bool)] * 3)
    assert (kinds[case.is_foreign] == FOREIGN_INPUT).mean() > 0.7
    assert (kinds[case.is_wrong] == WRONG_LABEL).mean() > 0.7
    assert (kinds[~case.is_fault] == "").mean() > 0.9
    open_ones = (score.probability >= 0.25) & (score.probability < 0.5) & (kinds != FOREIGN_INPUT)
    assert (kinds[open_ones] == AMBIGUOUS).all()


def test_a_suspected_twin_of_another_label_is_named_as_such():
    case = make_case()
    score = score_default(case.evidence, SETTINGS)
    kinds = fault_kinds(score, np.ones(2000, bool), *[np.zeros(2000, bool)] * 2)
    suspected = score.probability >= 0.5
    assert (kinds[suspected & (score.foreign_probability < score.probability / 2)] == NEAR_DUPLICATE).all()
    assert (kinds[score.probability < 0.25] == "").all()


def test_the_right_label_is_suggested():
    case = make_case()
    suggested, probability = suggested_labels(score_default(case.evidence, SETTINGS), case.evidence.labels)
    assert (suggested[case.is_wrong] == case.true_labels[case.is_wrong]).mean() > 0.9
    assert (suggested != case.evidence.labels).all()
    assert ((probability >= 0) & (probability <= 1)).all()


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


def test_what_lies_amid_one_other_class_is_a_wrong_label_and_no_foreign_input():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    nobody = np.zeros(2000, bool)
    foreign = fault_kinds(score, nobody, nobody, nobody) == FOREIGN_INPUT
    outvoted = fault_kinds(score, nobody, np.ones(2000, bool), nobody)
    assert foreign.any()
    assert np.isin(outvoted[foreign], [WRONG_LABEL, AMBIGUOUS]).all()


def test_a_label_that_neighbours_and_mutants_agree_on_makes_no_foreign_input():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    nobody = np.zeros(2000, bool)
    foreign = fault_kinds(score, nobody, nobody, nobody) == FOREIGN_INPUT
    upheld = fault_kinds(score, nobody, nobody, foreign)
    assert foreign.any()
    assert (upheld[foreign] == AMBIGUOUS).all()


def test_neighbours_agree_where_most_of_their_say_is_for_one_label():
    neighbours = np.float32([[0.1, 0.9, 0.0], [0.9, 0.1, 0.0], [0.4, 0.3, 0.3], [0.8, 0.2, 0.0]])
    unseen = np.float32([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.9, 0.1, 0.0], [0.1, 0.9, 0.0]])
    voted, is_outvoted, is_upheld = neighbours_vote(neighbours, unseen, np.array([0, 0, 1, 0]))
    assert voted.tolist() == [1, 0, 0, 0]
    assert is_outvoted.tolist() == [True, False, False, False]
    assert is_upheld.tolist() == [False, True, False, False]


def test_where_most_samples_seem_foreign_none_is_said_to_be():
    case = make_case(wrong=60, foreign=60)
    score = score_default(case.evidence, SETTINGS)
    odd = replace(score, log_odds=np.full(2000, 3.0), foreign_probability=np.full(2000, 0.9))
    kinds = fault_kinds(odd, *[np.zeros(2000, bool)] * 3)
    assert FOREIGN_INPUT not in kinds


def test_the_neighbours_label_can_be_suggested_instead():
    case = make_case()
    score = score_default(case.evidence, SETTINGS)
    instead = np.where(case.evidence.labels == 0, 1, -1)
    suggested, _ = suggested_labels(score, case.evidence.labels, instead=instead)
    assert (suggested[case.evidence.labels == 0] == 1).all()
