"""Top-k neuron coverage: which units were ever among the highest of their layer."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from torch import nn

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.top_units import require_positive
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point


class TopKNeuronCoverage(Criterion):
    """The share of units that were among the ``k`` highest of their layer for a sample; of equal ones the first count.

    A layer of no more than k units is covered by any sample. One sample covers k units of a layer.

    Raises:
        ConfigError: k is below 1.

    Source: Ma et al., "DeepGauge", ASE 2018, section 3.3.
    """

    name: ClassVar[str] = "tknc"
    shared: ClassVar[tuple[str, ...]] = ("k",)

    def __init__(
        self, model: nn.Module, *, k: int = 10, layers: Sequence[str] | None = None, point: Point = "before"
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        require_positive(k, self.name)
        self.k = k

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._is_covered = [np.zeros(width, dtype=bool) for width in widths]

    def _observe(self, units: UnitOutputs) -> None:
        for is_covered, places in zip(self._is_covered, units.highest(self.k), strict=True):
            is_covered[places] = True

    def _merge(self, other: Self) -> None:
        for is_covered, by_other in zip(self._is_covered, other._is_covered, strict=True):
            is_covered |= by_other

    def _coverage(self) -> Coverage:
        widths = [len(is_covered) for is_covered in self._is_covered]
        attainable = sum(min(width, self.k * self.samples) for width in widths)
        covered = sum(int(is_covered.sum()) for is_covered in self._is_covered)
        whole = sum(width <= self.k for width in widths)
        notes = (f"{whole} of {len(widths)} layers have no more than {self.k} units: any sample covers them",)
        return Coverage(self.name, covered, sum(widths), attainable, notes if whole else ())
