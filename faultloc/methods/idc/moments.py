"""Mean and covariance of what comes in batches, in one pass."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Moments:
    """Number, mean and scatter (the sum of products of deviations from the mean) of samples, in 64 bits.

    Source: Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 1983,
    equation 2.1, for vectors.
    """

    count: int
    mean: Float[np.ndarray, " neuron"]
    scatter: Float[np.ndarray, "neuron neuron"]

    @staticmethod
    def none(width: int) -> "Moments":
        """Those of no sample."""
        return Moments(0, np.zeros(width), np.zeros((width, width)))

    def with_samples(self, values: Float[np.ndarray, "sample neuron"]) -> "Moments":
        """Those of the samples so far and of these, at least one."""
        count = self.count + len(values)
        mean_of_new = values.mean(0, dtype=np.float64)
        gap = mean_of_new - self.mean
        # The distance of both means as one row more, so that one product gives all that the scatter grows by.
        rows = np.vstack([values - mean_of_new, gap * np.sqrt(self.count * len(values) / count)])
        return Moments(count, self.mean + gap * (len(values) / count), self.scatter + rows.T @ rows)

    @property
    def covariance(self) -> Float[np.ndarray, "neuron neuron"]:
        """The mean product of deviations: divided by the number of samples, not by one less; 0 of no sample."""
        return self.scatter / max(self.count, 1)

    @cached_property
    def mean_covariance(self) -> float:
        """The mean absolute entry of the covariance matrix: 0 or more."""
        return float(np.abs(self.scatter).mean()) / max(self.count, 1)
