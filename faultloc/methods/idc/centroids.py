"""The clusters of what each important unit gives in training: their centres, on the unit's line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.errors import ConfigError, ModelError
from faultloc.methods.idc.line_clusters import choose_clusters, cluster_line
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs

# Of fewer values than this that are not 0 the published code makes no clusters.
_FEWEST_VALUES = 10

# Ascending, an array a unit.
Centres = dict[Unit, Float[np.ndarray, "_"]]


@dataclass(frozen=True)
class ClusterSettings:
    """How many clusters a unit has: ``clusters``, or, for None, the one of ``candidates`` of the best mean silhouette.

    ``drops_zeros`` leaves zeros out first, and takes a unit of fewer than ten other values for one cluster at 0;
    ``decimals`` rounds the centres, and makes one of those that are then equal.

    Raises:
        ConfigError: there is no number of clusters of 1 or more.
    """

    clusters: int | None = 2
    candidates: Sequence[int] = (2, 3, 4)
    drops_zeros: bool = False
    decimals: int | None = None

    def __post_init__(self) -> None:
        asked = (self.clusters,) if self.clusters is not None else tuple(self.candidates)
        if not asked or any(not isinstance(number, int) or number < 1 for number in asked):
            raise ConfigError(f"the numbers of clusters are {list(asked)}; expected whole numbers of 1 or more")


def chosen_outputs(outputs: UnitOutputs, units: Sequence[Unit]) -> Float[np.ndarray, "sample unit"]:
    """What ``units`` gave, a column each, in double precision.

    Raises:
        ModelError: a unit is not among those that were read.
    """
    columns = []
    for layer, number in units:
        if layer not in outputs.layers:
            raise ModelError(f"there is no layer {layer!r}; expected one of: {', '.join(outputs.layers)}")
        values = outputs.values[outputs.layers.index(layer)]
        if not 0 <= number < values.shape[1]:
            raise ModelError(
                f"the layer {layer!r} has no unit {number}; expected a number from 0 to {values.shape[1] - 1}"
            )
        columns.append(values[:, number])
    return np.stack(columns, axis=1).astype(np.float64)


def find_centres(units: Sequence[Unit], values: Float[np.ndarray, "sample unit"], settings: ClusterSettings) -> Centres:
    """The centres of the clusters of each unit, ascending; a unit that never changed has one.

    Source: Gerasimou et al., ICSE 2020, section 3.2.
    """
    return {unit: _centres_of(values[:, place], settings) for place, unit in enumerate(units)}


def _centres_of(values: Float[np.ndarray, "sample"], settings: ClusterSettings) -> Float[np.ndarray, "_"]:
    if settings.drops_zeros:
        values = values[values != 0]
        if len(values) < _FEWEST_VALUES:
            return np.zeros(1)
    if settings.clusters is not None:
        centres = cluster_line(values, settings.clusters)
    else:
        centres = choose_clusters(values, settings.candidates)
    return centres if settings.decimals is None else np.unique(np.round(centres, settings.decimals))
