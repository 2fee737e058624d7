"""What share of samples as strange as each one is foreign, told by labels that have nothing to do with the opinions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit, softmax

from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.monotone_logistic import fit_monotone_logistic
from faultloc.methods.dfaulo.default.scoring.temperature import normal_scores

# No foreign input is what one takes for granted of a data set. Signs gain up to five nats on labels that they were not
# fitted to where nothing is foreign: at .95 a hundred of 4,000 photographs with random labels were then called so.
_NONE_BEFORE = 0.99
# What foreign inputs look like is asked unless none at all is four times as likely as some.
_NONE_LIKELY = 0.8
_FOLDS, _ROUNDS = 5, 4
_PENALTY = 10.0
# Evidence for or against foreign inputs is asked of so many samples.
_SAMPLES = 50_000
# A curve begins near the median, or steep and far out. Of the median sample one in a thousand is foreign at most: what
# is spread evenly over ordinary samples are wrong labels, not foreign inputs.
_STARTS = ((2.0, -8.0), (5.0, -12.0))
_HIGHEST_INTERCEPT = -7.0
_SLOPE_PENALTY = 0.01
# Two curves that make the labels as likely, up to so many nats, are taken for one.
_AS_LIKELY = 1e-3
# How far from what all opinions say to what the inputs alone say.
_BY_INPUTS = 0.5
_LEAST_SHARE, _MOST_SHARE = 1e-9, 0.999


def foreign_share(
    signs: Sequence[Float[np.ndarray, "sample"]],
    measures: Float[np.ndarray, "sample measure"],
    regression: LeftOutRegression | None,
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    by_inputs: Float[np.ndarray, "sample"] | None = None,
) -> Float[np.ndarray, "sample"]:
    """The share of foreign inputs among samples like each one, in (0, 1), before its own label is looked at.

    A foreign input may carry any label, as frequent as labels are (``label_share``); any other sample's label has the
    ``likelihood`` that the opinions give it. Of each of the ``signs`` (normal scores, high = strange) a logistic curve
    is fitted to four fifths of the labels and judged by the others: with one in a hundred for all curves together to
    begin with, those that predict the others' labels better than no foreign input at all share what they gain. So
    nothing is claimed where labels agree as well as the opinions promise.

    What the foreign inputs found so look like is then learned from all ``measures`` (normal scores of strangeness) and
    by a ``regression`` on the inputs, each sample left out: kinds of foreign inputs look alike. From then on that
    likeness alone tells, since hard samples have the signs, too, and are nothing like the foreign ones. Without the
    inputs a sample counts that is strange in either way.

    How many of the samples of one likeness are foreign lies between two answers. Features that know labels by heart
    contradict too few of them, so that ``likelihood`` tells of too few foreign inputs; the likelihood of the labels
    ``by_inputs`` alone, whose own mistakes are more, tells of too many. Half of the way is taken, on the scale of
    log-odds.
    """
    some = np.unique(np.linspace(0, len(likelihood) - 1, _SAMPLES).astype(int))
    curves = [_fit_curves(sign, likelihood, label_share) for sign in signs]
    gains = [
        _held_out_gain(near, sign[some], likelihood[some], label_share[some])
        for near, sign in zip(curves, signs, strict=True)
    ]
    before = np.log([_NONE_BEFORE] + [(1 - _NONE_BEFORE) / len(signs)] * len(signs))
    none, *chances = softmax(before + np.array([0.0, *gains]))
    share = np.zeros(len(likelihood))
    for chance, (curve, *_), sign in zip(chances, curves, signs, strict=True):
        share += chance * curve(sign)
    if none < _NONE_LIKELY:
        alike = (1 - none) * _alike(share / (1 - none), measures, regression, likelihood, label_share, by_inputs)
        share = np.maximum(share, alike) if regression is None else alike
    return np.clip(share, _LEAST_SHARE, _MOST_SHARE)


def foreign_probability(
    share: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
) -> Float[np.ndarray, "sample"]:
    """The probability in (0, 1) that each sample is foreign, once its own label has been looked at (Bayes' rule)."""
    by_foreign = share * label_share
    return by_foreign / (by_foreign + (1 - share) * likelihood)


def _alike(
    share: Float[np.ndarray, "sample"],
    measures: Float[np.ndarray, "sample measure"],
    regression: LeftOutRegression | None,
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    by_inputs: Float[np.ndarray, "sample"] | None,
) -> Float[np.ndarray, "sample"]:
    """The share of foreign inputs among samples that are as like the foreign ones of ``share`` as each one is."""
    known = measures
    if regression is not None:
        known = np.column_stack([measures, np.empty(len(measures))])
    for _ in range(_ROUNDS):
        is_foreign = foreign_probability(share, likelihood, label_share)
        if regression is not None:
            known[:, -1] = normal_scores(regression(is_foreign))
        weights, _ = fit_monotone_logistic(known, is_foreign, penalty=_PENALTY)
        likeness = known @ weights
        likeness /= max(float(likeness.std()), 1e-12)
        curve = _fit_curves(likeness, likelihood, label_share)[0]
        share = curve(likeness)
    if by_inputs is None:
        return share
    return curve.towards(_fit_curves(likeness, by_inputs, label_share)[0], _BY_INPUTS)(likeness)


@dataclass(frozen=True)
class _Curve:
    """A logistic curve."""

    slope: float
    intercept: float

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return expit(self.slope * values + self.intercept)

    def towards(self, other: "_Curve", way: float) -> "_Curve":
        """The curve that lies ``way`` of the way to ``other``, on the scale of log-odds."""
        return _Curve((1 - way) * self.slope + way * other.slope, (1 - way) * self.intercept + way * other.intercept)


def _held_out_gain(near: Sequence[_Curve], sign: np.ndarray, likelihood: np.ndarray, label_share: np.ndarray) -> float:
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
        share = _fit_curves(sign[~held], likelihood[~held], label_share[~held], starts)[0](sign[held])
        mixed = share * label_share[held] + (1 - share) * likelihood[held]
        gain += float((np.log(mixed) - np.log(likelihood[held])).sum())
    return gain


def _fit_curves(
    sign: np.ndarray,
    likelihood: np.ndarray,
    label_share: np.ndarray,
    starts: Sequence[tuple[float, float]] = _STARTS,
) -> list[_Curve]:
    """The logistic curves that rise with ``sign`` and make the labels likelier than any like them, the best first."""

    def cost(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        slope, intercept = numbers
        share = expit(slope * sign + intercept)
        mixed = share * label_share + (1 - share) * likelihood
        pull = (label_share - likelihood) / mixed * share * (1 - share)
        gradient = np.array([pull @ sign - 2 * _SLOPE_PENALTY * slope, pull.sum()])
        return float(-np.log(mixed).sum() + _SLOPE_PENALTY * slope**2), -gradient

    bounds = [(0, None), (None, _HIGHEST_INTERCEPT)]
    tried = [minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts]
    best, *others = sorted(tried, key=lambda found: found.fun)
    others = [found for found in others if found.fun - best.fun > _AS_LIKELY]
    return [_Curve(*found.x) for found in (best, *others)]
