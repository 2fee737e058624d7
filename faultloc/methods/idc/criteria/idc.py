"""Importance-driven coverage: how many ways in which the neurons that matter act together a suite shows."""

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import nn

from faultloc.coverage import Coverage
from faultloc.errors import ConfigError
from faultloc.methods.idc.centroids import Centres, ClusterSettings, chosen_outputs, find_centres
from faultloc.methods.idc.criteria.criterion import Criterion, Self
from faultloc.methods.idc.line_clusters import nearest_centre
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs
from faultloc.probes.layer_outputs import Point


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
    shared: ClassVar[tuple[str, ...]] = ("units", "settings", "centres")
    centres: Centres | None = None

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
        self.settings = ClusterSettings(clusters, tuple(candidates), drops_zeros, decimals)
        if not self.units or len(set(self.units)) < len(self.units):
            raise ConfigError(
                f"importance-driven coverage is about {len(self.units)} units, of which {len(set(self.units))} differ; "
                "expected one or more, each once"
            )
        self._learnt: list[Float[np.ndarray, "sample unit"]] = []

    def _begin(self, widths: tuple[int, ...]) -> None:
        self._seen: set[bytes] = set()

    @classmethod
    def of_centres(
        cls, model: nn.Module, centres: Centres, *, layers: Sequence[str] | None = None, point: Point = "before"
    ) -> Self:
        """The criterion for clusters that were found before, which needs no training data any more."""
        made = cls(model, units=list(centres), layers=layers, point=point)
        made.centres, made._is_built = dict(centres), True
        return made

    def _learn(self, units: UnitOutputs) -> None:
        self._learnt.append(chosen_outputs(units, self.units))

    def _finish(self) -> None:
        self.centres = find_centres(self.units, np.concatenate(self._learnt), self.settings)
        self._learnt = []

    def _observe(self, units: UnitOutputs) -> None:
        assert self.centres is not None
        values = chosen_outputs(units, self.units)
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
        notes = (
            (f"{', '.join(single)} fell into one cluster in training: what it does tells nothing",) if single else ()
        )
        return Coverage(self.name, len(self._seen), total, min(total, self.samples), notes)
