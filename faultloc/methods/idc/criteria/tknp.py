"""Top-k neuron patterns: how many different ways of being active a suite shows."""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar

import numpy as np
from torch import nn

from faultloc.coverage import Coverage
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.top_units import require_positive
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point


class TopKNeuronPatterns(Criterion):
    """The number of different patterns, of all that there could be; a pattern is which units are the k highest.

    Of each layer the ``k`` highest units in their order, or, not ``is_ordered``, as sets; of all layers together. Of
    equal ones the first count. ``total`` is the number of all patterns, so that ``value`` is near 0 for any network
    worth the name: ``covered`` and ``share_of_attainable`` are what to look at. One sample shows one pattern; where
    each shows its own, the criterion is saturated (1,000 digits on LeNet with k = 10: hence 1). The state is a hash of
    128 bits a pattern.

    Raises:
        ConfigError: k is below 1.

    Source: Ma et al., "DeepGauge", ASE 2018, section 3.3; ordered as in the code of NLC.
    Differs: in the paper a layer's k highest are a set (``is_ordered=False``). That code shortens long patterns before
    it compares them, and forgets those of earlier batches.
    """

    name: ClassVar[str] = "tknp"
    shared: ClassVar[tuple[str, ...]] = ("k", "is_ordered")

    def __init__(
        self,
        model: nn.Module,
        *,
        k: int = 1,
        is_ordered: bool = True,
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        require_positive(k, self.name)
        self.k, self.is_ordered = k, is_ordered

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._possible = math.prod(self._choices(width) for width in widths)
        self._seen: set[bytes] = set()

    def _choices(self, width: int) -> int:
        k = min(self.k, width)
        return math.perm(width, k) if self.is_ordered else math.comb(width, k)

    def _observe(self, units: UnitOutputs) -> None:
        highest = units.highest(self.k)
        if not self.is_ordered:
            highest = tuple(np.sort(of_layer, axis=1) for of_layer in highest)
        patterns = np.concatenate(highest, axis=1).astype("<i4")
        self._seen.update(blake2b(pattern.tobytes(), digest_size=16).digest() for pattern in patterns)

    def _merge(self, other: Self) -> None:
        self._seen |= other._seen

    def _coverage(self) -> Coverage:
        attainable = min(self._possible, self.samples)
        return Coverage(self.name, len(self._seen), self._possible, attainable)
