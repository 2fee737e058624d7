"""Neuron coverage: which units were ever high among those of their layer."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point


class NeuronCoverage(Criterion):
    """The share of units whose output, scaled to [0, 1] among the units of its layer and sample, passes ``threshold``.

    Strictly: a unit at the threshold is not covered. In a layer whose units all say the same the scale is 0 / 0, and
    none is covered; so a layer of one unit never is. One sample can cover all but the lowest unit of a layer.

    Raises:
        ConfigError: the threshold is outside of [0, 1).

    Source: Pei, Cao, Yang and Jana, "DeepXplore", SOSP 2017, with its scaling a layer; units before the activation
    function as in the code of NLC.
    Differs: DeepXplore looks after the activation function (``point="after"``).
    """

    name: ClassVar[str] = "nc"
    shared: ClassVar[tuple[str, ...]] = ("threshold",)

    def __init__(
        self,
        model: nn.Module,
        *,
        threshold: float = 0.5,
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        if not 0 <= threshold < 1:
            raise ConfigError(f"the threshold of neuron coverage is {threshold}; expected a number from 0 to below 1")
        self.threshold = threshold

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._is_covered = [np.zeros(width, dtype=bool) for width in widths]

    def _observe(self, units: UnitOutputs) -> None:
        for is_covered, values in zip(self._is_covered, units.values, strict=True):
            low, high = values.min(1, keepdims=True), values.max(1, keepdims=True)
            # Where all say the same, 0 / 0 is not above anything.
            scaled = np.divide(values - low, high - low, out=np.zeros_like(values), where=high > low)
            is_covered |= scaled.max(0) > self.threshold

    def _merge(self, other: Self) -> None:
        for is_covered, by_other in zip(self._is_covered, other._is_covered, strict=True):
            is_covered |= by_other

    def _coverage(self) -> Coverage:
        widths = [len(is_covered) for is_covered in self._is_covered]
        spared = 1 if self.samples == 1 else 0
        attainable = sum(width - spared for width in widths if width > 1)
        covered = sum(int(is_covered.sum()) for is_covered in self._is_covered)
        alone = widths.count(1)
        notes = (f"{alone} of {len(widths)} layers have one unit, which cannot be high among others",) if alone else ()
        return Coverage(self.name, covered, sum(widths), attainable, notes)
