"""How labels of two classes follow the log-odds of an opinion: up to none and all of them, or to rates in between."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from faultloc.methods.dfaulo.default.scoring.rising_curve import rising_curve

# Of so many samples of a pair at most; fewer tell nothing.
_MOST_SAMPLES, _FEWEST_SAMPLES = 5_000, 40
_STARTS = (-3.0, -1.0)
_LINE, _RATES = [(-8.0, 8.0), (-3.0, 4.0)], [(-9.0, 4.0)] * 2
_TINY = 1e-6
# On the logarithm of an expected rate.
_PENALTY = 0.3


@dataclass(frozen=True)
class LabelCurve:
    """A rising curve that begins at ``first`` and ends at 1 less ``last``, both in [0, .5]: what is left of the second
    class's labels where an opinion is sure of the first class, and the other way round. ``gain``: how much likelier it
    makes the labels than one from 0 to 1, in nats."""

    first: float
    last: float
    gain: float


_FROM_NONE_TO_ALL = LabelCurve(0.0, 0.0, 0.0)


def some_of_pair(labels: Int[np.ndarray, "sample"], first: int, second: int) -> Int[np.ndarray, "chosen"] | None:
    """Places of samples with either label, evenly spread; None where they are too few to tell anything."""
    chosen = np.flatnonzero((labels == first) | (labels == second))
    if len(chosen) < _FEWEST_SAMPLES:
        return None
    return chosen[np.unique(np.linspace(0, len(chosen) - 1, _MOST_SAMPLES).astype(int))]


def log_odds_between(
    opinion: Float[np.ndarray, "sample class"], chosen: Int[np.ndarray, "chosen"], first: int, second: int
) -> Float[np.ndarray, "chosen"]:
    """How much likelier the ``opinion`` has the second class than the first, as a logarithm."""
    of_first, of_second = (np.log(np.maximum(opinion[chosen, one], _TINY, dtype=np.float64)) for one in (first, second))
    return of_second - of_first


def fit_label_curve(
    odds: Float[np.ndarray, "row"],
    is_second: Bool[np.ndarray, "row"],
    *,
    least_gain: float = 0.0,
    least_rate: float = 0.0,
    expected: tuple[float | None, float | None] = (None, None),
) -> LabelCurve:
    """The likeliest curve between two rates over log-odds, beside the likeliest from none to all (a logistic one).

    One from none to all where no curve between rates of ``least_rate`` or more could gain ``least_gain``. A rate that
    is ``expected`` has a normal prior on its logarithm there: where labels do not tell, it stays.
    """
    places = np.array([place for place, rate in enumerate(expected) if rate is not None], np.int64)
    wanted = np.log([rate for rate in expected if rate is not None])
    spread = float(odds.std())
    if spread == 0 or is_second.all() or not is_second.any():
        return _FROM_NONE_TO_ALL
    scaled, second = (odds - odds.mean()) / spread, is_second.astype(np.float64)

    def plain(line: np.ndarray) -> tuple[float, np.ndarray]:
        at = line[0] + np.exp(line[1]) * scaled
        pull = expit(at) - second
        value = -(second * log_expit(at) + (1 - second) * log_expit(-at)).sum()
        return float(value), np.array([pull.sum(), (pull * (at - line[0])).sum()])

    def between(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        at = numbers[0] + np.exp(numbers[1]) * scaled
        rising, rates = expit(at), expit(numbers[2:]) / 2
        said = rates[0] + (1 - rates.sum()) * rising
        said = np.clip(said, 1e-12, 1 - 1e-12)
        value = -(second * np.log(said) + (1 - second) * np.log(1 - said)).sum()
        pull = (said - second) / (said * (1 - said))
        along = pull * (1 - rates.sum()) * rising * (1 - rising)
        steepness = rates * (1 - 2 * rates)
        to_rates = np.array([(pull * (1 - rising)).sum(), -(pull * rising).sum()])
        away = np.log(rates[places]) - wanted
        to_rates[places] += 2 * _PENALTY * away / rates[places]
        slopes = np.concatenate([[along.sum(), (along * (at - numbers[0])).sum()], to_rates * steepness])
        return float(value + _PENALTY * away @ away), slopes

    line = minimize(plain, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=_LINE)
    if least_gain > 0 and line.fun - _least_cost(odds, second, least_rate) < least_gain:
        return _FROM_NONE_TO_ALL
    best = min(
        (
            minimize(between, np.array([*line.x, start, start]), jac=True, method="L-BFGS-B", bounds=_LINE + _RATES)
            for start in _STARTS
        ),
        key=lambda found: found.fun,
    )
    first, last = (expit(best.x[2:]) / 2).tolist()
    return LabelCurve(first, last, float(line.fun - best.fun))


def _least_cost(odds: Float[np.ndarray, "row"], second: Float[np.ndarray, "row"], least_rate: float) -> float:
    """The cost, in nats, of the labels under the likeliest of all curves that rise between such rates.

    It is the likeliest of all rising curves, cut off at both.
    """
    said = np.clip(rising_curve(odds, second, odds), max(least_rate, _TINY), 1 - max(least_rate, _TINY))
    return -float((second * np.log(said) + (1 - second) * np.log(1 - said)).sum())
