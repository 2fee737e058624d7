"""Pairs of classes whose labels were exchanged, and how often, told by the inputs alone."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from faultloc.methods.dfaulo.default.scoring.rising_curve import rising_curve

# Odds that any pair of the data set is exchanged, before its labels are looked at: one to so many.
_ODDS = 9.0
# Of both classes. Odd samples, and inputs that are read with a straight line, leave less, or one class alone.
_LEAST_RATE = 0.07
# A curve that ends at such rates has as many labels of the other class on either side; for fewer none is fitted.
_LEAST_CONTRADICTED = _LEAST_RATE / 2
# Of one class, in all.
_MOST_WRONG = 0.8
# Of so many samples of a pair at most; fewer tell nothing.
_MOST_SAMPLES, _FEWEST_SAMPLES = 5_000, 40
# Of many classes not each pair is asked: those whose labels the inputs contradict most often.
_MOST_PAIRS = 200
_STARTS = (-3.0, -1.0)
_LINE, _RATES = [(-8.0, 8.0), (-3.0, 4.0)], [(-9.0, 4.0)] * 2
_TINY = 1e-6


def exchanged_pairs(
    by_inputs: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "class class"]:
    """[a, b]: the share of the samples of class a that have the label b, in [0, .5); 0 where there is no such pair.

    The likelier an input makes b rather than a, the oftener its label is b, up to all of them: also of classes that
    look alike, if more slowly. An exchanged label has nothing to do with how the input looks: among the samples that
    are surely of class a a share of labels b is left, and the other way round. So for each pair two curves are fitted
    to the labels, over the log-odds of ``by_inputs`` (each sample left out): a logistic one, and one that begins at a
    rate above 0 and ends at a rate below 1. The pair counts where both rates are .07 or more and the second curve makes
    the labels likelier by more than the logarithm of the number of pairs and of nine: the more pairs there are, the
    better one of them fits by chance.

    Classes that the inputs cannot tell apart, exchanged or not, look the same, and are no such pair. Labels that go one
    way only are left to the mutants.

    Source: Bootkrajang and Kaban, "Label-Noise Robust Logistic Regression and Its Applications", ECML PKDD 2012 (their
    model of the labels). Differs: over one number, the log-odds, and only where it is much likelier than without.
    """
    classes = by_inputs.shape[1]
    rates = np.zeros((classes, classes))
    beyond_doubt = np.log(_ODDS * max(classes * (classes - 1) // 2, 1))
    for a, b in _pairs(by_inputs, labels):
        chosen = np.flatnonzero((labels == a) | (labels == b))
        chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, _MOST_SAMPLES).astype(int))]
        if len(chosen) < _FEWEST_SAMPLES:
            continue
        of_a, of_b = (np.log(np.maximum(by_inputs[chosen, one], _TINY, dtype=np.float64)) for one in (a, b))
        odds, is_second = of_b - of_a, labels[chosen] == b
        if _least_contradicted(odds, is_second) < _LEAST_CONTRADICTED:
            continue
        gain, found = _floors(odds, is_second, beyond_doubt)
        if gain >= beyond_doubt and min(found) >= _LEAST_RATE:
            rates[a, b], rates[b, a] = found
    # One class may be in several pairs.
    return rates / np.maximum(rates.sum(axis=1, keepdims=True) / _MOST_WRONG, 1)


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


def _floors(
    odds: Float[np.ndarray, "row"], is_second: np.ndarray, least_gain: float = 0.0
) -> tuple[float, tuple[float, float]]:
    """How much likelier a curve with floors makes the labels, in nats, and the two floors; zeros where no rising curve
    between such rates as count would gain ``least_gain``."""
    spread = float(odds.std())
    if spread == 0 or is_second.all() or not is_second.any():
        return 0.0, (0.0, 0.0)
    scaled, second = (odds - odds.mean()) / spread, is_second.astype(np.float64)

    def plain(line: np.ndarray) -> tuple[float, np.ndarray]:
        at = line[0] + np.exp(line[1]) * scaled
        pull = expit(at) - second
        value = -(second * log_expit(at) + (1 - second) * log_expit(-at)).sum()
        return float(value), np.array([pull.sum(), (pull * (at - line[0])).sum()])

    def floored(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        at = numbers[0] + np.exp(numbers[1]) * scaled
        rising, floors = expit(at), expit(numbers[2:]) / 2
        said = floors[0] + (1 - floors.sum()) * rising
        said = np.clip(said, 1e-12, 1 - 1e-12)
        value = -(second * np.log(said) + (1 - second) * np.log(1 - said)).sum()
        pull = (said - second) / (said * (1 - said))
        along = pull * (1 - floors.sum()) * rising * (1 - rising)
        steepness = floors * (1 - 2 * floors)
        to_floors = np.array([(pull * (1 - rising)).sum(), -(pull * rising).sum()])
        return float(value), np.concatenate([[along.sum(), (along * (at - numbers[0])).sum()], to_floors * steepness])

    line = minimize(plain, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=_LINE)
    if line.fun - _least_cost(odds, second) < least_gain:
        return 0.0, (0.0, 0.0)
    best = min(
        (
            minimize(floored, np.array([*line.x, start, start]), jac=True, method="L-BFGS-B", bounds=_LINE + _RATES)
            for start in _STARTS
        ),
        key=lambda found: found.fun,
    )
    first, last = (expit(best.x[2:]) / 2).tolist()
    return float(line.fun - best.fun), (first, last)


def _least_cost(odds: Float[np.ndarray, "row"], second: Float[np.ndarray, "row"]) -> float:
    """The cost, in nats, of the labels under the likeliest of all curves that rise between such rates as count.

    It is the likeliest of all rising curves, cut off at both.
    """
    said = np.clip(rising_curve(odds, second, odds), _LEAST_RATE, 1 - _LEAST_RATE)
    return -float((second * np.log(said) + (1 - second) * np.log(1 - said)).sum())
