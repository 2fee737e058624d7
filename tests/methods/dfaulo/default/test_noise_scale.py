import numpy as np
import pytest

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix, with_rates
from faultloc.methods.dfaulo.default.scoring.noise_scale import scale_noise
from faultloc.methods.dfaulo.default.scoring.posterior import hidden_odds, logistic

CLASSES, SAMPLES = 5, 4000


def noise_of(rate: float) -> NoiseMatrix:
    each = rate / (CLASSES - 1)
    return NoiseMatrix(np.full((CLASSES, CLASSES), each) + (1 - rate - each) * np.eye(CLASSES))


def made_up(rate: float, sureness: float, seed: int = 0, foreign: int = 0):
    """An opinion that is right as often as it says, and labels of which a share ``rate`` is any other."""
    rng = np.random.default_rng(seed)
    logits = sureness * rng.normal(0, 1, (SAMPLES, CLASSES))
    opinion = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = (opinion.cumsum(axis=1) > rng.random((SAMPLES, 1))).argmax(axis=1)
    is_wrong = rng.random(SAMPLES) < rate
    labels = np.where(is_wrong, (true + rng.integers(1, CLASSES, SAMPLES)) % CLASSES, true)
    labels[:foreign] = rng.integers(0, CLASSES, foreign)
    return opinion, labels


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.2])
@pytest.mark.parametrize("said", [0.01, 0.05])
def test_the_labels_tell_how_many_are_wrong_whatever_the_anchors_said(rate, said):
    opinion, labels = made_up(rate, sureness=3.0)
    found = scale_noise(noise_of(said), opinion, labels, np.zeros(SAMPLES))
    assert 1 - found.noise.transition[0, 0] == pytest.approx(rate, rel=0.3)
    assert found.certainty > 0.9


def test_an_opinion_that_is_too_sure_of_itself_is_not_taken_for_wrong_labels():
    opinion, labels = made_up(0.05, sureness=3.0)
    sharper = opinion**2 / (opinion**2).sum(axis=1, keepdims=True)
    found = scale_noise(noise_of(0.05), sharper, labels, np.zeros(SAMPLES))
    assert 1 - found.noise.transition[0, 0] == pytest.approx(0.05, rel=0.4)


def test_inputs_that_tell_nothing_leave_the_noise_as_it_is_and_are_certain_of_nothing():
    _, labels = made_up(0.05, sureness=3.0)
    found = scale_noise(noise_of(0.03), np.full((SAMPLES, CLASSES), 1 / CLASSES), labels, np.zeros(SAMPLES))
    np.testing.assert_allclose(found.noise.transition, noise_of(0.03).transition, rtol=1e-3)
    assert found.certainty < 0.01


def test_the_fewer_samples_there_are_the_less_is_certain():
    opinion, labels = made_up(0.05, sureness=3.0)
    certainties = [
        scale_noise(noise_of(0.05), opinion[:count], labels[:count], np.zeros(count)).certainty for count in (60, 600)
    ]
    assert certainties[0] < certainties[1] < 0.95


def test_foreign_inputs_that_are_known_are_no_wrong_labels():
    opinion, labels = made_up(0.02, sureness=3.0, foreign=400)
    share = np.where(np.arange(SAMPLES) < 400, 0.99, 0.0)
    rates = [
        1 - scale_noise(noise_of(0.02), opinion, labels, known).noise.transition[0, 0] for known in (share, 0 * share)
    ]
    assert rates[0] == pytest.approx(0.02, rel=0.4)
    assert rates[1] > 2 * rates[0]


def test_no_other_scale_makes_the_labels_likelier():
    # Obvious and slow: every scale, with the temperature that suits it best.
    opinion, labels = made_up(0.08, sureness=2.0)
    noise, rows = noise_of(0.02), np.arange(SAMPLES)
    found = scale_noise(noise, opinion, labels, np.zeros(SAMPLES))
    best = (np.inf, 0.0)
    for scale in np.linspace(1, 8, 29):
        for coldness in np.linspace(0.6, 1.6, 21):
            sharp = opinion**coldness / (opinion**coldness).sum(axis=1, keepdims=True)
            cost = -np.log(
                (sharp @ with_rates(scale * noise.transition * (1 - np.eye(CLASSES))).transition)[rows, labels]
            ).sum()
            best = min(best, (cost, scale))
    assert (1 - found.noise.transition[0, 0]) / 0.02 == pytest.approx(best[1], abs=0.3)


def test_with_some_rates_known_no_other_scale_of_the_rest_makes_the_labels_likelier():
    # Obvious and slow, as above; a fifth of class 1 has label 3 beside.
    opinion, labels = made_up(0.08, sureness=2.0)
    rng = np.random.default_rng(7)
    labels = np.where((labels == 1) & (rng.random(SAMPLES) < 0.2), 3, labels)
    noise, rows, known = noise_of(0.02), np.arange(SAMPLES), np.zeros((CLASSES, CLASSES))
    known[1, 3] = 0.2
    found = scale_noise(noise, opinion, labels, np.zeros(SAMPLES), known=known)
    best = (np.inf, 0.0)
    for scale in np.linspace(1, 8, 29):
        cells = np.where(known > 0, known, noise.transition * scale)
        np.fill_diagonal(cells, 0)
        np.fill_diagonal(cells, 1 - cells.sum(axis=1))
        for coldness in np.linspace(0.6, 1.6, 21):
            sharp = opinion**coldness / (opinion**coldness).sum(axis=1, keepdims=True)
            best = min(best, (-np.log((sharp @ cells)[rows, labels]).sum(), scale))
    assert found.noise.transition[0, 1] / noise.transition[0, 1] == pytest.approx(best[1], abs=0.3)
    assert found.noise.transition[1, 3] == 0.2


def test_rates_of_a_class_do_not_add_up_to_more_than_there_is():
    opinion, labels = made_up(0.3, sureness=3.0)
    known = np.zeros((CLASSES, CLASSES))
    known[1, 2], known[1, 3] = 0.4, 0.4
    transition = np.full((CLASSES, CLASSES), 0.01)
    transition[1] = [0.6, 0.1, 0.1, 0.1, 0.1]
    np.fill_diagonal(transition, 0)
    np.fill_diagonal(transition, 1 - transition.sum(axis=1))
    found = scale_noise(NoiseMatrix(transition), opinion, labels, np.zeros(SAMPLES), known=known).noise.transition
    assert (found >= 0).all()
    assert found[1, 1] >= 0.05
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(found[1, 2:4], [0.4, 0.4])


def test_odds_are_raised_to_what_the_inputs_expect_and_keep_their_order():
    rng = np.random.default_rng(1)
    label_odds, foreign_odds = rng.normal(-6, 2, 1000), rng.normal(-9, 3, 1000)
    both = np.logaddexp(label_odds, foreign_odds)
    is_label = np.exp(label_odds - both)
    said = logistic(both) @ is_label
    foreign = logistic(both).sum() - said
    added = hidden_odds(label_odds, foreign_odds, 0.1, 1.0)
    assert logistic(both + added) @ is_label == pytest.approx(0.1 * (1000 - foreign), rel=1e-6)
    half = hidden_odds(label_odds, foreign_odds, 0.1, 0.5)
    assert logistic(both + half) @ is_label == pytest.approx(np.sqrt(said * 0.1 * (1000 - foreign)), rel=1e-6)


def test_odds_that_say_more_than_the_inputs_or_of_which_nothing_is_certain_stay():
    odds = np.full(100, -1.0)
    assert hidden_odds(odds, odds - 20, 0.05, 1.0) == 0
    assert hidden_odds(odds - 9, odds - 20, 0.05, 0.0) == 0


def test_odds_of_next_to_nothing_are_raised_as_far_as_it_goes():
    odds = np.full(100, -80.0)
    assert hidden_odds(odds, odds - 20, 0.05, 1.0) == 20


def test_more_wrong_labels_than_the_anchors_say_need_a_memory_to_hide_in():
    opinion, labels = made_up(0.2, sureness=3.0)
    found = [
        1 - scale_noise(noise_of(0.05), opinion, labels, np.zeros(SAMPLES), memory).noise.transition[0, 0]
        for memory in (0.0, 0.001, 1.0)
    ]
    assert found[0] == pytest.approx(0.05, rel=1e-6)
    assert found[0] < found[1] < found[2] == pytest.approx(0.2, rel=0.3)


def test_fewer_wrong_labels_than_the_anchors_say_need_none():
    opinion, labels = made_up(0.02, sureness=3.0)
    scales = [scale_noise(noise_of(0.06), opinion, labels, np.zeros(SAMPLES), memory) for memory in (0.0, 1.0)]
    np.testing.assert_allclose(scales[0].noise.transition, scales[1].noise.transition, rtol=1e-3)
