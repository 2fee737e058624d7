"""How even the answers of a network are, and how coverage goes with that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError, DataError


def evenness(answers: Int[np.ndarray, "sample"], classes: int) -> float:
    """Pielou's evenness of the classes that a network answers, in [0, 1]: 1 all alike, 0 one class only.

    The entropy of the answers by the logarithm of the number of all ``classes``, answered or not: two classes of ten
    that are answered alike have ln 2 / ln 10.

    Raises:
        DataError: there are no answers, or one is no class.
        ConfigError: there are fewer than two classes.

    Source: Pielou 1966; as a measure of impartiality Harel-Canada et al., "Is Neuron Coverage a Meaningful Measure for
    Testing Deep Neural Networks?", ESEC/FSE 2020.
    Differs: WISDOM's code takes the logarithm of the number of classes answered, by which any two alike have 1.
    """
    if classes < 2:
        raise ConfigError(f"there are {classes} classes; expected two or more, for the evenness of answers")
    if not len(answers) or answers.min() < 0 or answers.max() >= classes:
        raise DataError(f"{len(answers)} answers are given, of {classes} classes; expected one or more, each a class")
    shares = np.bincount(answers, minlength=classes) / len(answers)
    shares = shares[shares > 0]
    return max(0.0, -float((shares * np.log(shares)).sum()) / math.log(classes))


@dataclass(frozen=True)
class Correlation:
    """How coverage goes with evenness over ``suites``: Pearson's and Spearman's coefficient, each in [-1, 1].

    ``low`` and ``high`` bound Pearson's with a confidence of 95 %, by a bootstrap over the suites. All are None where
    one of both is the same for all suites, as with a criterion that is saturated: then there is nothing to say.
    """

    pearson: float | None
    spearman: float | None
    low: float | None
    high: float | None
    suites: int

    @property
    def is_shown(self) -> bool:
        """True where the interval leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def correlate(
    coverage: Sequence[float], evennesses: Sequence[float], *, resamples: int, rng: np.random.Generator
) -> Correlation:
    """The correlation of coverage with evenness over suites.

    Raises:
        DataError: there are fewer than 20 suites, of which nothing could be said.
    """
    from scipy.stats import pearsonr, spearmanr

    ours, theirs = np.asarray(coverage, dtype=np.float64), np.asarray(evennesses, dtype=np.float64)
    if len(ours) < 20 or len(ours) != len(theirs):
        raise DataError(f"there are {len(ours)} suites; expected at least 20, for a correlation")
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return Correlation(None, None, None, None, len(ours))
    places = rng.integers(0, len(ours), (resamples, len(ours)))
    drawn = _pearson_of_rows(ours[places], theirs[places])
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Correlation(
        float(pearsonr(ours, theirs).statistic), float(spearmanr(ours, theirs).statistic), float(low), float(high),
        len(ours),
    )  # fmt: skip


def _pearson_of_rows(
    ours: Float[np.ndarray, "draw suite"], theirs: Float[np.ndarray, "draw suite"]
) -> Float[np.ndarray, "_"]:
    """Of each row; NaN where one of both is constant in it."""
    ours, theirs = ours - ours.mean(1, keepdims=True), theirs - theirs.mean(1, keepdims=True)
    lengths = np.sqrt((ours**2).sum(1) * (theirs**2).sum(1))
    return np.divide((ours * theirs).sum(1), lengths, out=np.full(len(ours), np.nan), where=lengths > 0)
