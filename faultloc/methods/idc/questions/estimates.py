"""A mean over repetitions, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faultloc.errors import DataError

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """The ``mean`` of some repetitions; the true one lies from ``low`` to ``high`` with a confidence of 95 %."""

    mean: float
    low: float
    high: float
    repetitions: int

    @property
    def is_above_zero(self) -> bool:
        """True where the whole interval lies above 0."""
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        """True where the whole interval lies below 0."""
        return self.high < 0


def estimate_mean(values: Sequence[float]) -> Estimate:
    """The mean of repetitions with Student's interval of 95 %; one without width where all are the same.

    Raises:
        DataError: there are fewer than two, which say nothing of the interval.
    """
    if len(values) < 2:
        raise DataError(f"there are {len(values)} repetitions; expected two or more, for an interval")
    from scipy.stats import t

    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    half = float(t.ppf((1 + _CONFIDENCE) / 2, len(values) - 1)) * error
    return Estimate(mean, mean - half, mean + half, len(values))
