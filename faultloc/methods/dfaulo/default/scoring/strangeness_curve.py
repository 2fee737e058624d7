"""The share of foreign inputs as a logistic curve over a sign of strangeness, fitted to labels, judged by others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit, log_expit

_FOLDS = 5
# A curve begins near the median, or steep and far out. Of the median sample one in a thousand is foreign at most: what
# is spread evenly over ordinary samples are wrong labels, not foreign inputs.
_STARTS = ((2.0, -8.0), (5.0, -12.0))
_HIGHEST_INTERCEPT = -7.0
_SLOPE_PENALTY = 0.01
# Two curves that make the labels as likely, up to so many nats, are taken for one.
_AS_LIKELY = 1e-3


@dataclass(frozen=True)
class Curve:
    """The logistic of ``slope`` times the sign plus ``intercept``: a share in (0, 1)."""

    slope: float
    intercept: float

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return expit(self.slope * values + self.intercept)

    def towards(self, other: "Curve", way: float) -> "Curve":
        """The curve that lies ``way`` of the way to ``other``, on the scale of log-odds."""
        return Curve((1 - way) * self.slope + way * other.slope, (1 - way) * self.intercept + way * other.intercept)


def foreign_probability(
    share: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
) -> Float[np.ndarray, "sample"]:
    """The probability in (0, 1) that each sample is foreign, once its own label has been looked at (Bayes' rule)."""
    by_foreign = share * label_share
    return by_foreign / (by_foreign + (1 - share) * likelihood)


def held_out_gain(near: Sequence[Curve], sign: np.ndarray, likelihood: np.ndarray, label_share: np.ndarray) -> float:
    """By how much the curve of the others makes labels likelier than no foreign input does: a sum of logarithms.

    The best curve of each four fifths is looked for from each of those of all samples, which is ``near``: which of them
    is the best may be another one there.
    """
    # Every fifth of the sorted samples: each fold has strange ones, and the order of the samples does not matter.
    fold = np.empty(len(sign), np.int64)
    fold[np.argsort(sign, kind="stable")] = np.arange(len(sign)) % _FOLDS
    starts = [(curve.slope, curve.intercept) for curve in near]
    gain = 0.0
    for number in range(_FOLDS):
        held = fold == number
        share = fit_curves(sign[~held], likelihood[~held], label_share[~held], starts)[0](sign[held])
        mixed = share * label_share[held] + (1 - share) * likelihood[held]
        gain += float((np.log(mixed) - np.log(likelihood[held])).sum())
    return gain


def fit_curves(
    sign: np.ndarray,
    likelihood: np.ndarray,
    label_share: np.ndarray,
    starts: Sequence[tuple[float, float]] = _STARTS,
    *,
    decided: float = 0.0,
) -> list[Curve]:
    """The logistic curves that rise with ``sign`` and make the labels likelier than any like them, the best first.

    ``decided``, 0 or above: so many nats of the labels' likelihood are given up for each nat of the entropy of the
    samples' shares, so that a curve passes one half where few samples lie. It is to begin near the labels' own curve:
    no share at all is decided, too.

    Source: Grandvalet and Bengio, "Semi-supervised Learning by Entropy Minimization", NIPS 2004 (eq. 6). Differs: no
    sample is known to be foreign; the labels of all speak through their likelihood.
    """

    def cost(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        slope, intercept = numbers
        odds = slope * sign + intercept
        share = expit(odds)
        steepness = share * expit(-odds)
        mixed = share * label_share + (1 - share) * likelihood
        pull = (label_share - likelihood) / mixed * steepness
        value = -np.log(mixed).sum() + _SLOPE_PENALTY * slope**2
        if decided > 0:
            pull += decided * odds * steepness
            value += decided * (-share * log_expit(odds) - (1 - share) * log_expit(-odds)).sum()
        gradient = np.array([pull @ sign - 2 * _SLOPE_PENALTY * slope, pull.sum()])
        return float(value), -gradient

    bounds = [(0, None), (None, _HIGHEST_INTERCEPT)]
    tried = [minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts]
    best, *others = sorted(tried, key=lambda found: found.fun)
    others = [found for found in others if found.fun - best.fun > _AS_LIKELY]
    return [Curve(*found.x) for found in (best, *others)]
