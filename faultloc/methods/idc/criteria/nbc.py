"""Neuron boundary coverage: which units a suite drives below or above the range that they had in training."""

from typing import ClassVar

import numpy as np

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria.criterion import Self
from faultloc.methods.idc.criteria.ranges import RangeCriterion
from faultloc.methods.idc.unit_outputs import UnitOutputs


class NeuronBoundaryCoverage(RangeCriterion):
    """The share of corners reached: below the lowest output of training, and above the highest, of each unit.

    Strictly: the training data reach none. One sample reaches one corner of each unit.

    Source: Ma et al., "DeepGauge", ASE 2018, section 3.2, with bounds that are not widened.
    """

    name: ClassVar[str] = "nbc"

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._is_below = np.zeros(sum(widths), dtype=bool)
        self._is_above = np.zeros(sum(widths), dtype=bool)

    def _observe(self, units: UnitOutputs) -> None:
        low, high = self.bounds
        self._is_below |= (units.joined < low).any(0)
        self._is_above |= (units.joined > high).any(0)

    def _merge(self, other: Self) -> None:
        self._is_below |= other._is_below
        self._is_above |= other._is_above

    def _coverage(self) -> Coverage:
        units = len(self._is_below)
        covered = int(self._is_below.sum() + self._is_above.sum())
        return Coverage(self.name, covered, 2 * units, units * min(2, self.samples))
