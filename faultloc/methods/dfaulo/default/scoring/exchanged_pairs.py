"""Pairs of classes whose labels were exchanged, and how often: by the inputs alone, or where mutants suspect them."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.dfaulo.default.scoring.label_curve import (
    LabelCurve,
    fit_label_curve,
    log_odds_between,
    some_of_pair,
)

# Odds that any pair of the data set is exchanged, before its labels are looked at: one to so many.
_ODDS = 9.0
# Of both classes. Odd samples, and inputs that are read with a straight line, leave less, or one class alone.
_LEAST_RATE = 0.07
# A curve that ends at such rates has as many labels of the other class on either side; for fewer none is fitted.
_LEAST_CONTRADICTED = _LEAST_RATE / 2
# Of one class, in all.
_MOST_WRONG = 0.8
# Of many classes not each pair is asked: those whose labels the inputs contradict most often.
_MOST_PAIRS = 200


def exchanged_pairs(
    by_inputs: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    suspected: Mapping[tuple[int, int], LabelCurve] | None = None,
) -> Float[np.ndarray, "class class"]:
    """[a, b]: the share of the samples of class a that have the label b, in [0, .5); 0 where there is no such pair.

    The likelier an input makes b rather than a, the oftener its label is b, up to all of them: also of classes that
    look alike, if more slowly. An exchanged label has nothing to do with how the input looks: among the samples that
    are surely of class a a share of labels b is left, and the other way round. So for each pair two curves are fitted
    to the labels, over the log-odds of ``by_inputs`` (each sample left out): one from none to all, and one that begins
    at a rate above 0 and ends at a rate below 1 (`label_curve.py`). The pair counts where both rates are .07 or more
    and the second curve makes the labels likelier by more than the logarithm of the number of pairs and of nine: the
    more pairs there are, the better one of them fits by chance.

    Pairs that are ``suspected`` for another reason, with a curve of their own, are fewer, and need to gain less.

    Classes that the inputs cannot tell apart, exchanged or not, look the same, and are no such pair. Labels that go one
    way only are left to the mutants.

    Source: Bootkrajang and Kaban, "Label-Noise Robust Logistic Regression and Its Applications", ECML PKDD 2012 (their
    model of the labels). Differs: over one number, the log-odds, and only where it is much likelier than without.
    """
    classes = by_inputs.shape[1]
    rates = np.zeros((classes, classes))
    curves = suspected or {}
    for (a, b), curve in curves.items():
        if _is_exchanged(curve, _beyond_doubt(len(curves))):
            rates[a, b], rates[b, a] = curve.first, curve.last
    beyond_doubt = _beyond_doubt(max(classes * (classes - 1) // 2, 1))
    for a, b in _pairs(by_inputs, labels):
        chosen = some_of_pair(labels, a, b)
        if chosen is None:
            continue
        odds, is_second = log_odds_between(by_inputs, chosen, a, b), labels[chosen] == b
        if _least_contradicted(odds, is_second) < _LEAST_CONTRADICTED:
            continue
        curve = fit_label_curve(odds, is_second, least_gain=beyond_doubt, least_rate=_LEAST_RATE)
        if _is_exchanged(curve, beyond_doubt):
            rates[a, b], rates[b, a] = curve.first, curve.last
    # One class may be in several pairs.
    return rates / np.maximum(rates.sum(axis=1, keepdims=True) / _MOST_WRONG, 1)


def _beyond_doubt(pairs: int) -> float:
    """By how much, in nats, a curve has to gain as one of so many pairs."""
    return float(np.log(_ODDS * pairs))


def _is_exchanged(curve: LabelCurve, beyond_doubt: float) -> bool:
    return curve.gain >= beyond_doubt and min(curve.first, curve.last) >= _LEAST_RATE


def _pairs(by_inputs: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]) -> list[tuple[int, int]]:
    classes = by_inputs.shape[1]
    first, second = np.triu_indices(classes, 1)
    if len(first) > _MOST_PAIRS:
        said = by_inputs.argmax(axis=1)
        confused = np.bincount(said * classes + labels, minlength=classes**2).reshape(classes, classes)
        both = (confused + confused.T)[first, second]
        kept = np.argsort(-both, kind="stable")[:_MOST_PAIRS]
        first, second = first[kept], second[kept]
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _least_contradicted(odds: Float[np.ndarray, "row"], is_second: np.ndarray) -> float:
    """Of the inputs on either side, the share that has the other side's label: the lesser of both."""
    shares = [is_second[odds < 0], ~is_second[odds >= 0]]
    return min(float(share.mean()) if len(share) else 0.0 for share in shares)
