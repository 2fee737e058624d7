"""Cluster coverage: how many samples a suite has that are far from all before them, layer by layer."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.distances import slices, squared_distances
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point

# What a squared distance by a product of matrices is off by at most, as a share of the squared lengths.
_ROUNDING = 1e-11
# So many samples of a batch are compared with one another at a time.
_AT_ONCE = 512


class ClusterCoverage(Criterion):
    """The number of samples, summed over layers, whose squared distance to all those kept so far exceeds ``threshold``.

    Such a sample is kept, and is a new cluster; the first of a layer is kept and not counted. ``total`` is samples
    times layers, so ``value`` may fall as samples come, ``covered`` never does. What is covered depends on the order of
    the samples (not on batches), so shards cannot be merged. The state are the samples kept, all units of each: at most
    the whole suite; a threshold that keeps nearly all of them is too low.

    Raises:
        ConfigError: the threshold is not above 0.

    Source: Odena and Goodfellow, "TensorFuzz", ICML 2019, for all layers as in the code of NLC.
    Differs: TensorFuzz looks at the logits only (``layers=[the last]``). Distances are exact in 64 bits, where both use
    approximate neighbours.
    """

    name: ClassVar[str] = "cc"
    is_order_free: ClassVar[bool] = False

    def __init__(
        self,
        model: nn.Module,
        *,
        threshold: float = 10.0,
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        if not threshold > 0:
            raise ConfigError(f"the threshold of cluster coverage is {threshold}; expected a number above 0")
        self.threshold = threshold

    def _begin(self, widths: tuple[int, ...]) -> None:
        # In the precision of what comes; distances are reckoned in 64 bits.
        self._kept = [np.zeros((0, width), dtype=np.float32) for width in widths]

    def _observe(self, units: UnitOutputs) -> None:
        for place, values in enumerate(units.values):
            for start in range(0, len(values), _AT_ONCE):
                leaders = _new_leaders(self._kept[place], values[start : start + _AT_ONCE], self.threshold)
                self._kept[place] = np.concatenate([self._kept[place], leaders])

    def _coverage(self) -> Coverage:
        layers = len(self._kept)
        covered = sum(len(kept) for kept in self._kept) - layers
        notes = ("depends on the order of the samples",)
        return Coverage(self.name, covered, layers * self.samples, layers * (self.samples - 1), notes)


def _new_leaders(
    kept: Float[np.ndarray, "kept neuron"], values: Float[np.ndarray, "sample neuron"], threshold: float
) -> Float[np.ndarray, "chosen neuron"]:
    for rows in slices(len(kept), len(values)):
        values = values[_is_beyond(values, kept[rows], threshold).all(1)]
    is_beyond = _is_beyond(values, values, threshold)
    is_left = np.ones(len(values), dtype=bool)
    leaders = []
    for place in range(len(values)):
        if is_left[place]:
            leaders.append(place)
            is_left &= is_beyond[place]
    return values[leaders]


def _is_beyond(
    values: Float[np.ndarray, "sample neuron"], others: Float[np.ndarray, "other neuron"], threshold: float
) -> Bool[np.ndarray, "sample other"]:
    """Whether squared distances exceed the threshold; those within rounding of it are reckoned one by one."""
    if not len(values):
        return np.zeros((0, len(others)), dtype=bool)
    # From one of them, so that numbers stay small and little of them cancels out.
    origin = others[0].astype(np.float64)
    moved, others_moved = values - origin, others - origin
    squared = squared_distances(moved, others_moved)
    is_beyond = squared > threshold
    rounding = _ROUNDING * ((moved**2).sum(1).max() + (others_moved**2).sum(1).max())
    sample, other = np.nonzero(np.abs(squared - threshold) <= rounding)
    for some in slices(len(sample), values.shape[1]):
        gaps = moved[sample[some]] - others_moved[other[some]]
        is_beyond[sample[some], other[some]] = (gaps**2).sum(1) > threshold
    return is_beyond
