import numpy as np
import pytest

from faultloc.methods.dfaulo.default.scoring.lasting_noise import lasting_noise
from faultloc.methods.dfaulo.default.scoring.noise_matrix import AnchorNoise, estimate_noise
from tests.methods.dfaulo.default.points_of_classes import PAIR, made_up

BACK = PAIR[::-1]


def lasting(opinion, labels, by_inputs=None, memory=1.0):
    anchored = estimate_noise(opinion, labels, anchor_share=0.3)
    return anchored, lasting_noise(anchored, opinion, by_inputs, labels, memory)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("alike", "most"), [(0.5, 0.45), (0.75, 0.6)])
def test_of_labels_of_classes_that_look_alike_little_lasts(alike, most, seed):
    # The nearer both lie to one another, the less is told of either: at .75 every sixth to third anchor is labelled as
    # the other class.
    anchored, found = lasting(*made_up(alike=alike, seed=seed))
    of_anchors = anchored.transition[PAIR] + anchored.transition[BACK]
    if anchored.is_hot[PAIR] or anchored.is_hot[BACK]:
        assert found.noise.transition[PAIR] + found.noise.transition[BACK] < most * of_anchors
    assert alike < 0.75 or anchored.is_hot[PAIR]


def test_where_labels_do_not_tell_the_rates_of_the_anchors_stay():
    _, labels = made_up(alike=0.75)
    blind = np.full((len(labels), 5), 0.2)
    blind[:, PAIR[1]] += 1e-3 * np.random.default_rng(0).random(len(labels))
    is_hot = np.zeros((5, 5), bool)
    is_hot[PAIR] = is_hot[BACK] = True
    anchored = AnchorNoise(np.full((5, 5), 0.01) + 0.95 * np.eye(5), is_hot, 0.01)
    anchored.transition[PAIR] = anchored.transition[BACK] = 0.3
    found = lasting_noise(anchored, blind, None, labels, 0.0).noise.transition
    assert (found[PAIR], found[BACK]) == pytest.approx((0.3, 0.3), abs=0.1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("forth", "back"), [(0.25, 0.25), (0.2, 0.0), (0.1, 0.3)])
def test_wrong_labels_last_and_are_as_many_as_there_are_one_way_or_both(forth, back, seed):
    anchored, found = lasting(*made_up(forth, back, alike=0.3, seed=seed))
    for cell, rate in ((PAIR, forth), (BACK, back)):
        assert found.noise.transition[cell] == pytest.approx(rate, abs=0.09)
        assert abs(found.noise.transition[cell] - rate) <= abs(anchored.transition[cell] - rate) + 0.06


def test_cold_cells_stay_as_they_are_and_rows_add_up_to_one():
    anchored, found = lasting(*made_up(0.25, 0.25, alike=0.5))
    cold = ~anchored.is_hot & ~np.eye(5, dtype=bool)
    np.testing.assert_array_equal(found.noise.transition[cold], anchored.transition[cold])
    np.testing.assert_allclose(found.noise.transition.sum(axis=1), 1)


def test_features_that_know_labels_by_heart_are_not_asked():
    opinion, labels = made_up(0.25, 0.25)
    knowing = np.full_like(opinion, 0.01)
    knowing[np.arange(len(labels)), labels] = 1 - 0.01 * (opinion.shape[1] - 1)
    is_hot = np.zeros((5, 5), bool)
    is_hot[PAIR] = is_hot[BACK] = True
    anchored = AnchorNoise(np.full((5, 5), 0.01) + 0.95 * np.eye(5), is_hot, 0.01)
    rates = [lasting_noise(anchored, knowing, opinion, labels, memory).noise.transition[PAIR] for memory in (0.0, 1.0)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[1] == pytest.approx(0.25, abs=0.06)


def test_a_curve_is_told_of_each_pair_with_a_hot_cell():
    anchored, found = lasting(*made_up(forth=0.2))
    assert anchored.is_hot[PAIR] and not anchored.is_hot[BACK]
    assert set(found.curves) == {(min(cell), max(cell)) for cell in np.argwhere(anchored.is_hot).tolist()}
    assert found.curves[PAIR].gain > 10


def test_pairs_with_few_samples_keep_the_rates_of_their_anchors():
    opinion, labels = made_up(0.3, 0.3)
    rare = np.concatenate([np.flatnonzero(~np.isin(labels, PAIR)), np.flatnonzero(np.isin(labels, PAIR))[:39]])
    is_hot = np.zeros((5, 5), bool)
    is_hot[PAIR] = True
    anchored = AnchorNoise(np.full((5, 5), 0.05) + 0.75 * np.eye(5), is_hot, 0.01)
    found = lasting_noise(anchored, opinion[rare], None, labels[rare], 1.0)
    assert not found.curves
    np.testing.assert_allclose(found.noise.transition, anchored.transition)
