import numpy as np
from scipy.optimize import minimize

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.temperature import (
    fit_temperature,
    label_likelihood,
    normal_scores,
    tempered,
)

NOISE = NoiseMatrix(np.array([[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.2, 0.8]]))


def warmth_of(doubt):
    """How much flatter than the others the hard ones should be."""
    return np.exp(0.5 * np.maximum(normal_scores(doubt), 0))


def made_up(samples: int = 2000, sharpness: float = 3.0):
    """Opinions that are ``sharpness`` times as sure as they may be; labels are drawn from what they should say."""
    rng = np.random.default_rng(0)
    logs = rng.normal(0, 2, (samples, 3))
    doubt = rng.random(samples)
    honest = tempered(np.exp(logs), warmth_of(doubt))
    true = np.array([rng.choice(3, p=row) for row in honest])
    labels = np.array([rng.choice(3, p=NOISE.transition[label]) for label in true])
    return tempered(np.exp(logs), np.full(samples, 1 / sharpness)), labels, doubt


def test_the_temperature_is_the_one_that_makes_labels_likeliest():
    opinions, labels, doubt = made_up()
    found = fit_temperature(opinions, labels, NOISE, doubt)
    heat = np.maximum(normal_scores(doubt), 0)

    def cost(slope):
        likelihood = label_likelihood(tempered(opinions, np.exp(slope[0] + slope[1] * heat)), labels, NOISE)
        return -np.log(likelihood).sum() + np.square(slope).sum()

    # The slow way, without a gradient.
    options = {"xatol": 1e-8, "fatol": 1e-8, "maxiter": 2000}
    slope = minimize(cost, np.zeros(2), method="Nelder-Mead", options=options).x
    np.testing.assert_allclose(found, np.exp(slope[0] + slope[1] * heat), rtol=1e-3)


def test_opinions_that_are_too_sure_become_flatter_and_the_hard_ones_most():
    opinions, labels, doubt = made_up()
    found = fit_temperature(opinions, labels, NOISE, doubt)
    # The hardest few say little about the slope.
    assert np.median(np.abs(found / (3 * warmth_of(doubt)) - 1)) < 0.1
    assert found[doubt > 0.9].mean() > 1.3 * found[doubt < 0.5].mean()


def test_opinions_that_rule_a_label_out_give_finite_temperatures():
    opinions, labels, doubt = np.eye(3)[[0, 1, 2, 0]], np.array([1, 2, 2, 0]), np.arange(4.0)
    assert np.isfinite(fit_temperature(opinions, labels, NOISE, doubt)).all()
