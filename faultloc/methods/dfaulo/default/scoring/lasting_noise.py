"""What is left of a class's wrong labels however sure opinions are, beside labels of classes that look alike."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit

from faultloc.methods.dfaulo.default.scoring.label_curve import (
    LabelCurve,
    fit_label_curve,
    log_odds_between,
    some_of_pair,
)
from faultloc.methods.dfaulo.default.scoring.noise_matrix import AnchorNoise, NoiseMatrix, with_rates

# What is left of labels that are right is less: a curve does not follow each tail of an opinion.
_LEAST_RATE = 0.05
# Of a curve with rates, beside one without.
_NUMBERS_MORE = 2
# Of one class, in all.
_MOST_WRONG = 0.95


@dataclass(frozen=True)
class LastingNoise:
    """``noise`` that lasts, and by which ``curves`` that was told: of each pair of classes with a hot cell."""

    noise: NoiseMatrix
    curves: dict[tuple[int, int], LabelCurve]


def lasting_noise(
    noise: AnchorNoise,
    unseen: Float[np.ndarray, "sample class"],
    by_inputs: Float[np.ndarray, "sample class"] | None,
    labels: Int[np.ndarray, "sample"],
    memory: float,
) -> LastingNoise:
    """``noise`` with those rates of its hot cells that last, however sure opinions are.

    Anchors are the surest third of a class, and of classes that look alike not all of these are certain: that a
    thirtieth of the surest pullovers are labelled coat is no sign of wrong labels where half of the less sure ones are.
    A label that is wrong whatever the input looks like is as frequent among the surest samples as among all. So a
    curve over log-odds is fitted to the labels of both classes (`label_curve.py`): the rates are where it begins and
    ends. A hot cell of which less than .05 is left has the rate that all others share; of any other the rate lies
    between both, by how much likelier the curve makes the labels than one that leaves nothing: classes that opinions
    hardly tell apart fit either.

    The log-odds are those of the mutants that were not shown the sample, ``unseen``, added to those ``by_inputs``
    alone, which hold no label by heart: the mutants' count as far as features have no ``memory`` of labels, in [0, 1].

    Source of the weights: Burnham and Anderson, "Multimodel Inference", Sociological Methods & Research 2004 (Akaike's,
    of a curve with two numbers more).
    """
    rates, curves = noise.transition * ~np.eye(len(noise.transition), dtype=bool), {}
    for a, b in np.argwhere(np.triu(noise.is_hot | noise.is_hot.T, 1)).tolist():
        chosen = some_of_pair(labels, a, b)
        if chosen is None:
            continue
        odds = log_odds_between(unseen, chosen, a, b)
        if by_inputs is not None:
            odds = (1 - memory) * odds + log_odds_between(by_inputs, chosen, a, b)
        curves[a, b] = curve = fit_label_curve(odds, labels[chosen] == b)
        weight = expit(curve.gain - _NUMBERS_MORE)
        for cell, lasting in (((a, b), curve.first), ((b, a), curve.last)):
            if noise.is_hot[cell]:
                least = min(noise.shared, float(rates[cell]))
                rates[cell] = weight * lasting + (1 - weight) * least if lasting >= _LEAST_RATE else least
    return LastingNoise(with_rates(rates / np.maximum(rates.sum(axis=1, keepdims=True) / _MOST_WRONG, 1)), curves)
