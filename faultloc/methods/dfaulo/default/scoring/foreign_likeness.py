"""What the foreign inputs found look like, and what share of the samples that are as like them is foreign."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.monotone_logistic import fit_monotone_logistic
from faultloc.methods.dfaulo.default.scoring.strangeness_curve import Curve, fit_curves, foreign_probability

_ROUNDS = 4
# What is learned, some ten numbers, needs no more samples.
_LEARNED_FROM = 50_000
# On the weights of the likeness: freer ones follow a few foreign inputs, and hard samples with their signs.
_PENALTY = 3.0
# How far from what all opinions say to what the inputs alone say.
_BY_INPUTS = 2 / 3
# How far a sample that looks like foreign ones may stand out, at least and at most.
_LEAST_OUT, _MOST_OUT = -3.0, (4.0, 8.0, 20.0)
# How much a curve that few samples lie under is preferred where the inputs of others tell what is foreign without
# error, and how fast that falls as they err: photographs, with a correlation of .7, have no gap, and lose by it.
_DECIDED, _FALL = 0.4, 12


def share_alike(
    share: Float[np.ndarray, "sample"],
    measures: Float[np.ndarray, "sample measure"],
    regression: LeftOutRegression | None,
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    by_inputs: Float[np.ndarray, "sample"] | None,
) -> Float[np.ndarray, "sample"]:
    """The share, in (0, 1), of foreign inputs among samples that are as like those of ``share`` as each one is.

    Four times a likeness is learned from all ``measures`` of strangeness (normal scores) and from a ``regression`` on
    the inputs of all others of what is foreign so far; and of the likeness a curve, fitted to the labels
    (``strangeness_curve.py``), tells what share is foreign.

    Foreign inputs of a kind that is easily told stand out from all that is said of others by ten times its spread and
    more, where ranks would put them beside the strangest of these; of foreign inputs that are hardly told, a few stand
    out as far, and the likeness would follow these alone. So how far a sample may stand out is chosen by the labels:
    4, 8 or 20 times the spread of the lower half.

    How many of the samples of one likeness are foreign lies between two answers. Features that know labels by heart
    contradict too few of them, so that ``likelihood`` tells of too few foreign inputs; the likelihood of the labels
    ``by_inputs`` alone, whose own mistakes are more, tells of too many. Two thirds of the way are taken, on the scale
    of log-odds. Where the inputs of others tell foreign ones nearly without error, kinds lie apart, and the curve is
    to pass one half in the gap between them: hard samples have labels that are contradicted, too.
    """
    some = np.unique(np.linspace(0, len(share) - 1, _LEARNED_FROM).astype(int))
    given = likelihood[some], label_share[some]
    decided = 0.0
    for _ in range(_ROUNDS):
        is_foreign = foreign_probability(share, likelihood, label_share)
        known = [measures]
        if regression is not None:
            said = regression(is_foreign)
            decided = _DECIDED * agreement(is_foreign, said) ** _FALL
            out = _standing_out(said)
            known = [np.column_stack([measures, np.clip(out, _LEAST_OUT, most)]) for most in _MOST_OUT]
        likenesses = [_likeness(one, is_foreign, some) for one in known]
        fitted = [(one, fit_curves(one[some], *given)[0]) for one in likenesses]
        likeness, by_labels = max(fitted, key=lambda both: _log_likelihood(both[1](both[0][some]), *given))
        curve = _decided(by_labels, likeness[some], *given, decided)
        share = curve(likeness)
    if by_inputs is None:
        return share
    given = by_inputs[some], label_share[some]
    of_inputs = _decided(fit_curves(likeness[some], *given)[0], likeness[some], *given, decided)
    return curve.towards(of_inputs, _BY_INPUTS)(likeness)


def agreement(is_foreign: Float[np.ndarray, "sample"], said: Float[np.ndarray, "sample"]) -> float:
    """How well ``said``, a regression on the inputs of all others, tells what is foreign: a correlation, 0 at least."""
    if not (is_foreign.std() > 0 and said.std() > 0):
        return 0.0
    return max(float(np.corrcoef(is_foreign, said)[0, 1]), 0.0)


def _likeness(
    measures: Float[np.ndarray, "sample measure"],
    is_foreign: Float[np.ndarray, "sample"],
    some: Int[np.ndarray, "chosen"],
) -> Float[np.ndarray, "sample"]:
    """The measures together, each as far as it tells what is foreign, with a spread of 1; learned from ``some``."""
    weights, _ = fit_monotone_logistic(measures[some], is_foreign[some], penalty=_PENALTY)
    likeness = measures @ weights
    return likeness / max(float(likeness.std()), 1e-12)


def _standing_out(said: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """By how many times the spread of the lower half each sample stands above the median."""
    low, median = np.quantile(said, [0.16, 0.5])
    return (said - median) / max(median - low, 1e-12)


def _decided(
    by_labels: Curve,
    likeness: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    decided: float,
) -> Curve:
    """The curve near that of the labels alone which passes one half where few samples lie."""
    if decided == 0:
        return by_labels
    start = [(by_labels.slope, by_labels.intercept)]
    return fit_curves(likeness, likelihood, label_share, start, decided=decided)[0]


def _log_likelihood(
    share: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
) -> float:
    return float(np.log(share * label_share + (1 - share) * likelihood).sum())
