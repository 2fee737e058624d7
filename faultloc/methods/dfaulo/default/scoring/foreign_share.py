"""What share of samples as strange as each one is foreign, told by labels that have nothing to do with the opinions."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax
from scipy.stats import rankdata

from faultloc.methods.dfaulo.default.scoring.foreign_likeness import agreement, share_alike
from faultloc.methods.dfaulo.default.scoring.left_out_regression import LeftOutRegression
from faultloc.methods.dfaulo.default.scoring.strangeness_curve import fit_curves, foreign_probability, held_out_gain

# No foreign input is what one takes for granted of a data set. Signs gain up to five nats on labels that they were not
# fitted to where nothing is foreign: at .95 a hundred of 4,000 photographs with random labels were then called so.
_NONE_BEFORE = 0.99
# What foreign inputs look like is asked unless none at all is four times as likely as some.
_NONE_LIKELY = 0.8
# Evidence for or against foreign inputs is asked of so many samples.
_SAMPLES = 50_000
# A correlation at which the inputs of others speak neither for nor against foreign inputs, and the range that counts:
# beyond what is hard it was .26 at most of images, texts and points in a plane without a foreign one, with foreign ones
# mostly .25 to .8.
_NEITHER, _LEAST_TOLD, _MOST_TOLD = 0.2, 0.01, 0.7
# So many of its standard errors are taken off first: of few samples it may be high by chance.
_STANDARD_ERRORS = 2.0
# Samples that are as hard, in so many parts.
_STRATA = 20
# How many times the logarithm of the correlation over that counts, and how steeply the signs are weighed by it.
_SUPPORT, _STEEPNESS = 8, 8
_LEAST_SHARE, _MOST_SHARE = 1e-9, 0.999


def foreign_share(
    signs: Sequence[Float[np.ndarray, "sample"]],
    measures: Float[np.ndarray, "sample measure"],
    regression: LeftOutRegression | None,
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    undecided: Float[np.ndarray, "sample"],
    by_inputs: Float[np.ndarray, "sample"] | None = None,
) -> Float[np.ndarray, "sample"]:
    """The share of foreign inputs among samples like each one, in (0, 1), before its own label is looked at.

    A foreign input may carry any label, as frequent as labels are (``label_share``); any other sample's label has the
    ``likelihood`` that the opinions give it. Of each of the ``signs`` (normal scores, high = strange) a logistic curve
    is fitted to four fifths of the labels and judged by the others: with one in a hundred for all curves together to
    begin with, those that predict the others' labels better than no foreign input at all share what they gain. So
    nothing is claimed where labels agree as well as the opinions promise.

    Hard samples, and what opinions are too sure of, gain as much as a few foreign inputs do. Foreign inputs give one
    another away, since kinds of them look alike: a ``regression`` on the inputs of all others tells them. So its
    correlation with what a sign says is what the signs share by. Hard samples may be told by their inputs, too, those
    between two classes best of all; so for foreign inputs, or against them, the correlation counts that is left among
    samples of which the mutants are as ``undecided`` (any scale, high = hard). It may show foreign inputs where labels,
    known by heart or of few samples, hardly do.

    What the foreign inputs found so look like is then learned from all ``measures`` (normal scores of strangeness) and
    by that regression (``share_alike``). From then on this likeness alone tells: hard samples have the signs, too, and
    are nothing like the foreign ones. Without the inputs a sample counts that is strange in either way.
    """
    some = np.unique(np.linspace(0, len(likelihood) - 1, _SAMPLES).astype(int))
    curves = [fit_curves(sign, likelihood, label_share) for sign in signs]
    gains = [
        held_out_gain(near, sign[some], likelihood[some], label_share[some])
        for near, sign in zip(curves, signs, strict=True)
    ]
    by_sign = [curve(sign) for (curve, *_), sign in zip(curves, signs, strict=True)]
    evidence = np.array([0.0, *gains])
    evidence += np.log([_NONE_BEFORE] + [(1 - _NONE_BEFORE) / len(signs)] * len(signs))
    if regression is None:
        none, *chances = softmax(evidence)
    else:
        told = [_told_by_others(one, likelihood, label_share, undecided, regression) for one in by_sign]
        in_all, beyond = np.clip(np.array(told).T, _LEAST_TOLD, [[1.0], [_MOST_TOLD]])
        evidence[1:] += _SUPPORT * np.log(beyond / _NEITHER)
        none = softmax(evidence)[0]
        chances = (1 - none) * in_all**_STEEPNESS / (in_all**_STEEPNESS).sum()
    share = np.sum([chance * one for chance, one in zip(chances, by_sign, strict=True)], axis=0)
    if none < _NONE_LIKELY:
        alike = (1 - none) * share_alike(share / (1 - none), measures, regression, likelihood, label_share, by_inputs)
        share = np.maximum(share, alike) if regression is None else alike
    return np.clip(share, _LEAST_SHARE, _MOST_SHARE)


def _told_by_others(
    share: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    undecided: Float[np.ndarray, "sample"],
    regression: LeftOutRegression,
) -> tuple[float, float]:
    """How well a regression on the inputs of all others tells what is foreign by ``share``: in all, and among samples
    of which mutants are as ``undecided``, less what chance may give."""
    is_foreign = foreign_probability(share, likelihood, label_share)
    learned = regression.learned
    said, is_foreign = regression.left_out(is_foreign), is_foreign[learned]
    strata = (rankdata(undecided[learned]) - 1).astype(np.int64) * _STRATA // len(learned)
    beyond = agreement(_within(is_foreign, strata), _within(said, strata))
    return agreement(is_foreign, said), beyond - _STANDARD_ERRORS / np.sqrt(len(learned))


def _within(values: Float[np.ndarray, "sample"], strata: Int[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """``values`` less the mean of their stratum."""
    sizes = np.maximum(np.bincount(strata, minlength=_STRATA), 1)
    return values - (np.bincount(strata, values, _STRATA) / sizes)[strata]
