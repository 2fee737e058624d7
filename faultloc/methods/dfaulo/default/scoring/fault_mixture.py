"""A mixture of right labels, wrong labels and foreign inputs, fitted to the given labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.stats import norm

from faultloc.methods.dfaulo.default.scoring.noise_matrix import NoiseMatrix
from faultloc.methods.dfaulo.default.scoring.rising_curve import RisingCurve
from faultloc.subject.blocks import blocks_of_rows

_MOST_ROUNDS = 40
_ROUNDS_A_TEMPERATURE = 4
_CONVERGED = 1e-3
# The two numbers of the temperature need no more samples than this.
_SAMPLES_OF_TEMPERATURE = 5_000
# Where the search for foreign inputs begins: two in a hundred at the median of a strangeness, more above.
_FIRST_LOG_ODDS = -4.0
_LEAST_SHARE, _MOST_SHARE = 1e-5, 0.999
_TINY = 1e-6


@dataclass(frozen=True)
class FaultMixture:
    """The fitted mixture.

    ``temperature`` of each sample: above 1 where the mutants are too sure. ``foreign_share``: what share of samples as
    strange as this one is foreign, in [0, 1), before its own label is looked at.
    """

    temperature: Float[np.ndarray, "sample"]
    foreign_share: Float[np.ndarray, "sample"]


def fit_mixture(
    true_class: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    noise: NoiseMatrix,
    energy: Float[np.ndarray, "sample"],
    strangeness: Sequence[Float[np.ndarray, "sample"]],
) -> FaultMixture:
    """Explains each given label by the mutants' opinion under ``noise``, or by a foreign input, which may carry any.

    ``true_class`` are the probabilities from mutants that were not shown the sample. The share of foreign inputs rises
    with each ``strangeness`` (any scale, high = strange) along a curve of its own, fitted by expectation maximisation:
    labels that have nothing to do with the opinions give it away. Opinions are tempered by a factor that changes with
    ``energy`` above its median, since mutants may be too sure of hard samples and those must not pass for foreign.

    The curves are isotonic regressions; nothing is claimed where labels agree as well as the opinions promise.
    """
    label_share = np.bincount(labels, minlength=true_class.shape[1])[labels] / len(labels)
    heat = np.maximum(normal_scores(energy), 0)
    curves = [RisingCurve(values, least=_LEAST_SHARE, most=_MOST_SHARE) for values in strangeness]
    shares = [1 / (1 + np.exp(-(_FIRST_LOG_ODDS + normal_scores(values)))) for values in strangeness]
    foreign, slope = np.zeros(len(labels)), np.zeros(2)
    likelihood = np.ones(len(labels))
    for round_number in range(_MOST_ROUNDS):
        if round_number % _ROUNDS_A_TEMPERATURE == 0:
            slope = _fit_temperature(true_class, labels, noise, heat, 1 - foreign, slope)
            for rows in blocks_of_rows(*true_class.shape):
                opinions = tempered(true_class[rows], _temperature(slope, heat[rows]))
                likelihood[rows] = label_likelihood(opinions, labels[rows], noise)
        before = shares
        parts, left = [], np.ones(len(labels))
        for share in shares:
            parts.append(left * share * label_share)
            left = left * (1 - share)
        total = sum(parts) + left * likelihood
        posteriors = [part / total for part in parts]
        foreign, shares, left = sum(posteriors), [], np.ones(len(labels))
        for curve, posterior in zip(curves, posteriors, strict=True):
            weights = np.maximum(left, _TINY)
            shares.append(curve.fit(np.clip(posterior / weights, 0, 1), weights))
            left = left - posterior
        if max(np.abs(new - old).max() for new, old in zip(shares, before, strict=True)) < _CONVERGED:
            break
    none = np.prod([1 - share for share in shares], axis=0)
    return FaultMixture(_temperature(slope, heat), 1 - none)


def tempered(
    probabilities: Float[np.ndarray, "sample class"], temperature: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample class"]:
    """The probabilities to the power of 1 / ``temperature``, rows adding up to 1: flatter above 1, sharper below."""
    logs = np.log(np.maximum(probabilities, _TINY)) / temperature[:, None]
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def label_likelihood(
    true_class: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], noise: NoiseMatrix
) -> Float[np.ndarray, "sample"]:
    """The probability of each given label: the sum over classes of that of the class times that of the label there."""
    return (true_class * noise.transition[:, labels].T).sum(axis=1)


def normal_scores(values: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """Each value's quantile of the standard normal distribution: whatever the scale, only the order counts."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return norm.ppf((ranks + 0.5) / len(values))


def _temperature(slope: np.ndarray, heat: np.ndarray) -> np.ndarray:
    return np.exp(slope[0] + slope[1] * heat)


def _fit_temperature(
    true_class: np.ndarray,
    labels: np.ndarray,
    noise: NoiseMatrix,
    heat: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    chosen = np.unique(np.linspace(0, len(labels) - 1, _SAMPLES_OF_TEMPERATURE).astype(int))
    some, given, some_heat, some_weights = true_class[chosen], labels[chosen], heat[chosen], weights[chosen]

    def cost(slope: np.ndarray) -> float:
        likelihood = label_likelihood(tempered(some, _temperature(slope, some_heat)), given, noise)
        # A weak normal prior on both numbers keeps them finite where the labels do not speak.
        return float(-(some_weights * np.log(likelihood)).sum() + np.square(slope).sum())

    return minimize(cost, start, method="Nelder-Mead", options={"maxiter": 60}).x
