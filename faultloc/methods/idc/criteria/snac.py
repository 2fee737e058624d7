"""Strong neuron activation coverage: which units a suite drives above all that they said in training."""

from typing import ClassVar

import numpy as np

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria.criterion import Self
from faultloc.methods.idc.criteria.ranges import RangeCriterion
from faultloc.methods.idc.unit_outputs import UnitOutputs


class StrongNeuronActivationCoverage(RangeCriterion):
    """The share of units with an output above the highest of training; strictly: the training data reach none.

    Source: Ma et al., "DeepGauge", ASE 2018, section 3.2.
    """

    name: ClassVar[str] = "snac"

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._is_above = np.zeros(sum(widths), dtype=bool)

    def _observe(self, units: UnitOutputs) -> None:
        self._is_above |= (units.joined > self.bounds[1]).any(0)

    def _merge(self, other: Self) -> None:
        self._is_above |= other._is_above

    def _coverage(self) -> Coverage:
        return Coverage(self.name, int(self._is_above.sum()), len(self._is_above), len(self._is_above))
