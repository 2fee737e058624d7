"""What share of samples as strange as each one is foreign, told by labels that have nothing to do with the opinions."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import softmax

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
# Of signs that gain more than so many nats it is asked how well the inputs of others tell what they say.
_WORTH_ASKING = 1.0
# A correlation at which that speaks neither for nor against foreign inputs: of hard samples, and of what opinions are
# too sure of, it was .08 at most where a sign gained as much, of foreign inputs .17 to .96.
_NEITHER, _LEAST_TOLD, _MOST_TOLD = 0.15, 0.01, 0.32
# Inputs that vary in fewer directions are told wherever they lie, hard samples too: that speaks against a sign, never
# for it. Of points in a plane it was .7 where nothing is foreign; images and texts vary in 7 to 51.
_FEWEST_DIRECTIONS = 5.0
# How many times the logarithm of the correlation over that counts, and how steeply the signs are weighed by it.
_SUPPORT, _STEEPNESS = 4, 8
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

    Hard samples, and what opinions are too sure of, gain as much as a few foreign inputs do. Foreign inputs give one
    another away, since kinds of them look alike: a ``regression`` on the inputs of all others tells them, and hard
    samples hardly. So where a sign gains more than a nat, its correlation with that regression counts for it or against
    it, and is what the signs share by. Inputs that vary in fewer than five directions are told wherever they lie, so
    that it counts against a sign alone.

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
    if regression is None or max(gains) <= _WORTH_ASKING:
        none, *chances = softmax(evidence)
    else:
        told = np.array([_told_by_others(one, likelihood, label_share, regression) for one in by_sign])
        most = _MOST_TOLD if regression.directions >= _FEWEST_DIRECTIONS else _NEITHER
        evidence[1:] += _SUPPORT * np.log(np.minimum(told, most) / _NEITHER)
        none = softmax(evidence)[0]
        chances = (1 - none) * told**_STEEPNESS / (told**_STEEPNESS).sum()
    share = np.sum([chance * one for chance, one in zip(chances, by_sign, strict=True)], axis=0)
    if none < _NONE_LIKELY:
        alike = (1 - none) * share_alike(share / (1 - none), measures, regression, likelihood, label_share, by_inputs)
        share = np.maximum(share, alike) if regression is None else alike
    return np.clip(share, _LEAST_SHARE, _MOST_SHARE)


def _told_by_others(
    share: Float[np.ndarray, "sample"],
    likelihood: Float[np.ndarray, "sample"],
    label_share: Float[np.ndarray, "sample"],
    regression: LeftOutRegression,
) -> float:
    """How well a regression on the inputs of all others tells what is foreign by ``share``: a correlation above 0."""
    is_foreign = foreign_probability(share, likelihood, label_share)
    return max(agreement(is_foreign, regression(is_foreign)), _LEAST_TOLD)
