"""Importance-driven coverage: how many ways in which the neurons that matter act together a suite shows."""

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError, ModelError
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.line_clusters import choose_clusters, cluster_line, nearest_centre
from faultloc.methods.idc.units import Unit, UnitOutputs
from faultloc.probes.layer_outputs import Point

# Of fewer values than this that are not 0 the published code makes no clusters.
_FEWEST_VALUES = 10


class ImportanceDrivenCoverage(Criterion):
    """The share of combinations reached, of one cluster of outputs of each important unit.

    ``units`` are the important ones, each a layer's name and a number in it. What each gave in training is put into
    ``clusters`` clusters on its line, or, without a number, into as many of ``candidates`` as have the largest mean
    silhouette. A sample reaches the combination of the clusters that its outputs are nearest to; ``total`` is the
    product of the numbers of clusters, and one sample reaches one combination. The state is two bytes a unit for each
    combination seen.

    ``drops_zeros`` leaves zeros out before clustering, and takes a unit of fewer than ten other values for one cluster
    at 0; ``decimals`` rounds the centres, and makes one of those that are then equal.

    Raises:
        ConfigError: there are no units, one is named twice, or there is no number of clusters of 1 or more.

    Source: Gerasimou et al., "Importance-Driven Deep Learning System Testing", ICSE 2020, sections 3.2 and 3.3.
    Differs: two clusters, before the activation function, without rounding, as in WISDOM. The authors' own code takes
    2 to 4 clusters by silhouette after the activation function, drops zeros of linear layers, rounds to two decimals:
    ``clusters=None, point="after", drops_zeros=True, decimals=2``. The clusters are the best there are on a line; both
    codes begin k-means by chance.
    """

    name: ClassVar[str] = "idc"
    needs_build: ClassVar[bool] = True
    shared: ClassVar[tuple[str, ...]] = ("units", "clusters", "candidates", "drops_zeros", "decimals", "centres")
    # Ascending, an array a unit.
    centres: dict[Unit, Float[np.ndarray, "_"]] | None = None

    def __init__(
        self,
        model: nn.Module,
        *,
        units: Sequence[Unit],
        clusters: int | None = 2,
        candidates: Sequence[int] = (2, 3, 4),
        drops_zeros: bool = False,
        decimals: int | None = None,
        layers: Sequence[str] | None = None,
        point: Point = "before",
    ) -> None:
        super().__init__(model, layers=layers, point=point)
        self.units = tuple((layer, int(number)) for layer, number in units)
        asked = (clusters,) if clusters is not None else tuple(candidates)
        if not self.units or len(set(self.units)) < len(self.units):
            raise ConfigError(
                f"importance-driven coverage is about {len(self.units)} units, of which {len(set(self.units))} differ; "
                "expected one or more, each once"
            )
        if not asked or min(asked) < 1:
            raise ConfigError(f"the numbers of clusters are {list(asked)}; expected 1 or more")
        self.clusters, self.candidates = clusters, tuple(candidates)
        self.drops_zeros, self.decimals = drops_zeros, decimals
        self._learnt: list[Float[np.ndarray, "sample unit"]] = []

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._seen: set[bytes] = set()

    def _chosen(self, units: UnitOutputs) -> Float[np.ndarray, "sample unit"]:
        columns = []
        for layer, number in self.units:
            if layer not in units.layers:
                raise ModelError(f"there is no layer {layer!r}; expected one of: {', '.join(units.layers)}")
            values = units.values[units.layers.index(layer)]
            if not 0 <= number < values.shape[1]:
                raise ModelError(
                    f"the layer {layer!r} has no unit {number}; expected a number from 0 to {values.shape[1] - 1}"
                )
            columns.append(values[:, number])
        return np.stack(columns, axis=1)

    def _learn(self, units: UnitOutputs) -> None:
        self._learnt.append(self._chosen(units))

    def _finish(self) -> None:
        values = np.concatenate(self._learnt).astype(np.float64)
        self._learnt = []
        self.centres = {unit: self._centres(values[:, place]) for place, unit in enumerate(self.units)}

    def _centres(self, values: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "_"]:
        if self.drops_zeros:
            values = values[values != 0]
            if len(values) < _FEWEST_VALUES:
                return np.zeros(1)
        if self.clusters is not None:
            centres = cluster_line(values, self.clusters)
        else:
            centres = choose_clusters(values, self.candidates)
        return centres if self.decimals is None else np.unique(np.round(centres, self.decimals))

    def _observe(self, units: UnitOutputs) -> None:
        assert self.centres is not None
        values = self._chosen(units).astype(np.float64)
        codes = [nearest_centre(values[:, place], self.centres[unit]) for place, unit in enumerate(self.units)]
        self._seen.update(code.tobytes() for code in np.stack(codes, axis=1).astype("<u2"))

    def _merge(self, other: Self) -> None:
        self._seen |= other._seen

    def combinations(self) -> list[tuple[int, ...]]:
        """The combinations seen, each the number of a cluster of each unit in their order, ascending."""
        return sorted(tuple(np.frombuffer(code, dtype="<u2").tolist()) for code in self._seen)

    def _coverage(self) -> Coverage:
        assert self.centres is not None
        numbers = [len(self.centres[unit]) for unit in self.units]
        total = math.prod(numbers)
        single = [f"{layer}.{number}" for (layer, number), count in zip(self.units, numbers, strict=True) if count == 1]
        notes = (f"{', '.join(single)} never changed in training: one cluster",) if single else ()
        return Coverage(self.name, len(self._seen), total, min(total, self.samples), notes)
