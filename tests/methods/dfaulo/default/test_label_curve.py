import numpy as np
import pytest
from scipy.special import expit

from faultloc.methods.dfaulo.default.scoring.label_curve import fit_label_curve, log_odds_between, some_of_pair


def drawn(first=0.0, last=0.0, rows=2000, seed=0):
    """Log-odds, and labels that follow them between two rates."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, 3, rows)
    return odds, rng.random(rows) < first + (1 - first - last) * expit(odds)


@pytest.mark.parametrize(("first", "last"), [(0.0, 0.0), (0.2, 0.0), (0.1, 0.3)])
def test_it_is_the_likeliest_of_all_curves_of_a_grid(first, last):
    # Obvious and slow.
    odds, second = drawn(first, last, rows=600)

    def cost(said):
        return -np.log(np.where(second, said, 1 - said)).sum()

    grid = [
        (cost(np.clip(low + (1 - low - high) * expit(steepness * (odds - place)), 1e-9, 1 - 1e-9)), low, high)
        for place in np.linspace(-1.5, 1.5, 13)
        for steepness in np.geomspace(0.1, 4, 20)
        for low in np.linspace(0, 0.4, 21)
        for high in np.linspace(0, 0.4, 21)
    ]
    best, from_none = min(grid), min(one for one in grid if one[1] == one[2] == 0)
    curve = fit_label_curve(odds, second)
    assert (curve.first, curve.last) == pytest.approx(best[1:], abs=0.03)
    assert curve.gain == pytest.approx(from_none[0] - best[0], abs=0.5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.2, 0.0), (0.1, 0.3)])
def test_both_rates_are_found_near_those_that_labels_were_drawn_with(rates, seed):
    curve = fit_label_curve(*drawn(*rates, rows=8000, seed=seed))
    assert (curve.first, curve.last) == pytest.approx(rates, abs=0.03)


@pytest.mark.parametrize("scale", [0.1, 10.0])
def test_opinions_that_are_too_sure_or_not_sure_enough_change_nothing(scale):
    odds, second = drawn(0.1, 0.3)
    plain, scaled = fit_label_curve(odds, second), fit_label_curve(scale * odds + 1, second)
    assert (scaled.first, scaled.last, scaled.gain) == pytest.approx((plain.first, plain.last, plain.gain), abs=1e-3)


@pytest.mark.parametrize("least_rate", [0.0, 0.07])
@pytest.mark.parametrize("least_gain", [0.5, 3.0, 8.0])
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.1, 0.0), (0.08, 0.09), (0.3, 0.3)])
def test_no_curve_is_given_up_that_gains_so_much_between_such_rates(rates, least_gain, least_rate):
    for seed in range(5):
        odds, second = drawn(*rates, rows=150, seed=seed)
        whole = fit_label_curve(odds, second)
        quick = fit_label_curve(odds, second, least_gain=least_gain, least_rate=least_rate)
        if whole.gain >= least_gain and min(whole.first, whole.last) >= least_rate:
            assert quick == whole
        else:
            assert quick in (whole, type(whole)(0.0, 0.0, 0.0))


def test_labels_or_odds_that_are_all_the_same_tell_nothing():
    odds, second = drawn(rows=100)
    for one in (fit_label_curve(np.zeros(100), second), fit_label_curve(odds, np.ones(100, bool))):
        assert (one.first, one.last, one.gain) == (0.0, 0.0, 0.0)


def test_of_a_pair_five_thousand_samples_are_looked_at_and_fewer_than_forty_tell_nothing():
    labels = np.arange(30_000) % 3
    chosen = some_of_pair(labels, 0, 2)
    assert len(chosen) == 5000
    assert set(labels[chosen].tolist()) == {0, 2}
    assert some_of_pair(labels[:57], 0, 2) is None
    assert len(some_of_pair(labels[:60], 0, 2)) == 40


def test_odds_of_what_an_opinion_rules_out_are_finite():
    odds = log_odds_between(np.float32([[0, 1, 0], [0.2, 0.6, 0.2]]), np.array([0, 1]), 0, 1)
    assert np.isfinite(odds).all()
    assert odds[1] == pytest.approx(np.log(3), abs=1e-6)


def test_an_expected_rate_stays_where_labels_do_not_tell_and_gives_way_where_they_do():
    unsure, second = np.random.default_rng(0).normal(0, 0.01, 200), np.arange(200) % 2 == 0
    curve = fit_label_curve(unsure, second, expected=(0.1, 0.3))
    assert 0.5 < curve.first / 0.1 < 2
    assert 0.5 < curve.last / 0.3 < 2
    assert fit_label_curve(unsure, second).first > 0.4
    curve = fit_label_curve(*drawn(0.0, 0.2, rows=8000), expected=(0.1, 0.3))
    assert curve.first < 0.02
    assert curve.last == pytest.approx(0.2, abs=0.03)


def test_an_expected_rate_costs_by_the_square_of_its_logarithm():
    # Obvious and slow: every curve of a grid, of which the first rate alone is expected.
    odds, second = drawn(0.1, 0.2, rows=300)
    grid = []
    for low in np.linspace(0.01, 0.45, 45):
        for high in np.linspace(0.0, 0.4, 21):
            for steepness in np.geomspace(0.3, 3, 14):
                for place in np.linspace(-1.5, 1.5, 13):
                    said = np.clip(low + (1 - low - high) * expit(steepness * (odds - place)), 1e-9, 1 - 1e-9)
                    cost = -np.log(np.where(second, said, 1 - said)).sum() + 0.3 * np.log(low / 0.4) ** 2
                    grid.append((cost, low, high))
    curve = fit_label_curve(odds, second, expected=(0.4, None))
    assert (curve.first, curve.last) == pytest.approx(min(grid)[1:], abs=0.03)
