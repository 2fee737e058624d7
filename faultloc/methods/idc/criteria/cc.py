"""Cluster coverage: how many samples a suite has that are far from all before them, layer by layer."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.probes.layer_outputs import Point


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
        self._kept = [np.zeros((0, width)) for width in widths]

    def _observe(self, units: UnitOutputs) -> None:
        self._kept = [
            np.concatenate([kept, _new_leaders(kept, values.astype(np.float64), self.threshold)])
            for kept, values in zip(self._kept, units.values, strict=True)
        ]

    def _coverage(self) -> Coverage:
        layers = len(self._kept)
        covered = sum(len(kept) for kept in self._kept) - layers
        notes = ("depends on the order of the samples",)
        return Coverage(self.name, covered, layers * self.samples, layers * (self.samples - 1), notes)


def _new_leaders(
    kept: Float[np.ndarray, "kept neuron"], values: Float[np.ndarray, "sample neuron"], threshold: float
) -> Float[np.ndarray, "chosen neuron"]:
    if len(kept):
        values = values[cdist(values, kept, "sqeuclidean").min(1) > threshold]
    leaders = []
    while len(values):
        leader, values = values[0], values[1:]
        leaders.append(leader)
        values = values[cdist(values, leader[None], "sqeuclidean")[:, 0] > threshold]
    return np.array(leaders).reshape(-1, kept.shape[1])
