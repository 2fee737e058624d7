import numpy as np
import pytest
from scipy.special import expit

from faultloc.methods.dfaulo.default.scoring import foreign_likeness
from faultloc.methods.dfaulo.default.scoring.foreign_likeness import agreement, share_alike
from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.strangeness_curve import fit_curves
from faultloc.methods.dfaulo.default.scoring.temperature import normal_scores

CLASSES = 4


def made_up(apart, *, samples=4000, foreign=200, hard=400, known=0.0, seed=0):
    """Foreign inputs, ``apart`` from the others by so many times these one's spread, carry any label, but for those
    ``known`` by heart. Hard samples are nearly as strange, and contradicted twice as often as promised."""
    rng = np.random.default_rng(seed)
    is_foreign = np.arange(samples) < foreign
    is_hard = (np.arange(samples) >= foreign) & (np.arange(samples) < foreign + hard)
    agrees = rng.random(samples) < np.where(is_foreign, 1 / CLASSES, np.where(is_hard, 0.8, 0.9))
    agrees |= is_foreign & (rng.random(samples) < known)
    likelihood = np.where(agrees, 0.9, 0.1 / (CLASSES - 1))
    strange = normal_scores(rng.normal(2.5 * is_foreign + 1.5 * is_hard, 1))
    features = rng.normal(0, 1, (samples, 6)) + apart * is_foreign[:, None] * np.eye(6)[0]
    begun = expit(3 * strange - 7)
    regression = LeftOutRegression(features.astype(np.float32))
    return is_foreign, (begun, strange[:, None], regression, likelihood, np.full(samples, 1 / CLASSES))


def hard(found):
    return found[200:600]


@pytest.mark.parametrize("seed", range(3))
def test_foreign_inputs_that_lie_apart_are_counted_and_hard_samples_are_not(seed):
    is_foreign, given = made_up(6, seed=seed)
    found = share_alike(*given, None)
    assert found.sum() == pytest.approx(200, rel=0.08)
    assert found[is_foreign].mean() > 0.95
    assert hard(found).mean() < 0.02


def test_by_the_labels_alone_hard_samples_would_be_counted_as_well(monkeypatch):
    with_gap = [hard(share_alike(*made_up(6, seed=seed)[1], None)).mean() for seed in range(3)]
    monkeypatch.setattr(foreign_likeness, "_DECIDED", 0.0)
    by_labels = [hard(share_alike(*made_up(6, seed=seed)[1], None)).mean() for seed in range(3)]
    assert sum(by_labels) > 3 * sum(with_gap)


def test_held_back_as_ranks_hold_them_foreign_inputs_would_be_fewer(monkeypatch):
    far = [share_alike(*given, None)[is_foreign].mean() for is_foreign, given in map(made_up, (6, 8, 10))]
    monkeypatch.setattr(foreign_likeness, "_MOST_OUT", (3.0,))
    near = [share_alike(*given, None)[is_foreign].mean() for is_foreign, given in map(made_up, (6, 8, 10))]
    assert min(far) > max(near) + 0.05


def test_where_labels_are_known_by_heart_those_that_stand_out_least_are_not_lost(monkeypatch):
    """So that the few which labels still tell of do not draw the likeness to themselves."""

    def found():
        return sum(share_alike(*made_up(6, known=0.5, seed=seed)[1], None).sum() for seed in range(5))

    chosen = found()
    monkeypatch.setattr(foreign_likeness, "_MOST_OUT", (20.0,))
    assert chosen > 1.03 * found()


def test_without_the_inputs_the_measures_alone_tell():
    is_foreign, (begun, strange, _, likelihood, label_share) = made_up(6)
    found = share_alike(begun, strange, None, likelihood, label_share, None)
    assert found[is_foreign].mean() > 2 * hard(found).mean()
    # One measure: the likeness is its order.
    order = np.argsort(strange[:, 0], kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_of_inputs_that_most_samples_share_no_more_is_claimed_than_without_any():
    _, (begun, strange, _, likelihood, label_share) = made_up(6, foreign=0)
    features = np.zeros((len(begun), 3), np.float32)
    features[::4] = np.random.default_rng(1).normal(0, 1, (1000, 3))
    found = share_alike(begun, strange, LeftOutRegression(features), likelihood, label_share, None)
    assert 0 < found.sum() < 1.1 * share_alike(begun, strange, None, likelihood, label_share, None).sum()


def test_a_part_of_many_samples_is_enough_to_learn_from(monkeypatch):
    is_foreign, given = made_up(6, samples=6000, foreign=300)
    whole = share_alike(*given, None)
    monkeypatch.setattr(foreign_likeness, "_LEARNED_FROM", 3000)
    part = share_alike(*given, None)
    assert part.sum() == pytest.approx(whole.sum(), rel=0.05)
    assert np.abs(part - whole)[is_foreign].mean() < 0.02


def test_the_agreement_is_a_correlation_and_none_where_nothing_varies():
    rng = np.random.default_rng(0)
    first = rng.random(50)
    second = first + rng.normal(0, 0.1, 50)
    by_hand = ((first - first.mean()) * (second - second.mean())).mean() / (first.std() * second.std())
    assert agreement(first, second) == pytest.approx(by_hand)
    assert agreement(first, -second) == agreement(first, np.ones(50)) == agreement(np.ones(50), first) == 0


@pytest.mark.parametrize("decided", [0.0, 0.1])
def test_a_curve_costs_less_than_those_around_it(decided):
    _, (_, strange, _, likelihood, label_share) = made_up(6)
    sign = strange[:, 0]

    def cost(slope, intercept):
        share = np.clip(expit(slope * sign + intercept), 1e-15, 1 - 1e-15)
        entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share)).sum()
        labels = np.log(share * label_share + (1 - share) * likelihood).sum()
        return decided * entropy - labels + 0.01 * slope**2

    best = fit_curves(sign, likelihood, label_share, decided=decided)[0]
    grid = [cost(slope, intercept) for slope in np.linspace(0, 12, 40) for intercept in np.linspace(-25, -7, 40)]
    assert cost(best.slope, best.intercept) <= min(grid) + 1e-3


def test_a_decided_curve_passes_one_half_where_few_samples_lie():
    rng = np.random.default_rng(0)
    # Nine hundred others, a hundred hard samples beside them, a gap, a hundred foreign inputs.
    sign = np.concatenate([rng.normal(0, 0.5, 900), rng.uniform(1.5, 2, 100), rng.uniform(4, 5, 100)])
    agrees = rng.random(1100) < np.repeat([0.9, 0.7, 0.25], [900, 100, 100])
    likelihood, label_share = np.where(agrees, 0.9, 0.1 / 3), np.full(1100, 0.25)
    decided = fit_curves(sign, likelihood, label_share, decided=0.1)[0]
    assert 2 < -decided.intercept / decided.slope < 4
    by_labels = fit_curves(sign, likelihood, label_share)[0]
    assert decided(sign[900:1000]).sum() < 0.7 * by_labels(sign[900:1000]).sum()
