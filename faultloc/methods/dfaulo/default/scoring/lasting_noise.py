"""What is left of a class's wrong labels however sure opinions are, beside labels of classes that look alike."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.default.scoring.label_curve import (
    LabelCurve,
    fit_label_curve,
    log_odds_between,
    some_of_pair,
)
from faultloc.methods.dfaulo.default.scoring.noise_matrix import AnchorNoise, NoiseMatrix, with_rates

# What is left of labels that are right is less: a curve does not follow each tail of an opinion.
_LEAST_RATE = 0.03
# Of one class, in all.
_MOST_WRONG = 0.95


@dataclass(frozen=True)
class LastingNoise:
    """``noise`` that lasts, and of each pair of classes with a hot cell the likeliest of all ``curves``."""

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
    ends, those of the anchors where labels do not tell. A hot cell of which less than .03 is left has the rate that all
    others share.

    The log-odds are those of the mutants that were not shown the sample, ``unseen``, added to those ``by_inputs``
    alone, which hold no label by heart: the mutants' count as far as features have no ``memory`` of labels, in [0, 1].
    """
    rates, curves = noise.transition * ~np.eye(len(noise.transition), dtype=bool), {}
    for a, b in np.argwhere(np.triu(noise.is_hot | noise.is_hot.T, 1)).tolist():
        chosen = some_of_pair(labels, a, b)
        if chosen is None:
            continue
        odds = log_odds_between(unseen, chosen, a, b)
        if by_inputs is not None:
            odds = (1 - memory) * odds + log_odds_between(by_inputs, chosen, a, b)
        is_second = labels[chosen] == b
        curves[a, b] = fit_label_curve(odds, is_second)
        cells = ((a, b), (b, a))
        expected = [float(rates[cell]) if noise.is_hot[cell] else None for cell in cells]
        likely = fit_label_curve(odds, is_second, expected=(expected[0], expected[1]))
        for cell, lasting in zip(cells, (likely.first, likely.last), strict=True):
            if noise.is_hot[cell]:
                rates[cell] = lasting if lasting >= _LEAST_RATE else min(noise.shared, float(rates[cell]))
    return LastingNoise(with_rates(rates / np.maximum(rates.sum(axis=1, keepdims=True) / _MOST_WRONG, 1)), curves)
