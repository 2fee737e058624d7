"""What the criteria share that ask where a unit's output lies in the range that it had in training."""

from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float

from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs


class RangeCriterion(Criterion):
    """Learns the lowest and the highest output of each unit.

    Source: Ma et al., "DeepGauge: Multi-Granularity Testing Criteria for Deep Learning Systems", ASE 2018.
    """

    needs_build: ClassVar[bool] = True
    shared: ClassVar[tuple[str, ...]] = ("low", "high")
    # One number a unit, of all layers side by side; there from the first batch of training data on.
    low: Float[np.ndarray, " neuron"] | None = None
    high: Float[np.ndarray, " neuron"] | None = None

    def _learn(self, units: UnitOutputs) -> None:
        low, high = units.joined.min(0), units.joined.max(0)
        self.low = low if self.low is None else np.minimum(self.low, low)
        self.high = high if self.high is None else np.maximum(self.high, high)

    @property
    def bounds(self) -> tuple[Float[np.ndarray, " neuron"], Float[np.ndarray, " neuron"]]:
        """The lowest and the highest output of each unit in training."""
        assert self.low is not None and self.high is not None
        return self.low, self.high

    @property
    def varies(self) -> Bool[np.ndarray, " neuron"]:
        """Whether the unit changed at all in training."""
        low, high = self.bounds
        return high > low
