"""Clusters of errors, each taken for a root cause."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.localization import Localization
from faultloc.methods.hudd.distances import pairwise_distances

# Larger clusters are represented by a member near their mean: all pairs of theirs would not fit in memory.
_LARGEST_WITH_PAIRS = 5_000


@dataclass(frozen=True)
class RootCauses:
    """The ``cluster`` of each error, the largest numbered 0 and -1 for an outlier, by the evidence of ``layer``.

    ``medoids`` are the errors in the middle of each cluster, as places among the errors; ``distances`` are those of
    each error from its medoid, 0 or more, NaN for an outlier.
    """

    layer: str
    cluster: Int[np.ndarray, "error"]
    medoids: Int[np.ndarray, "cluster"]
    distances: Float[np.ndarray, "error"]

    @property
    def sizes(self) -> Int[np.ndarray, "cluster"]:
        """The number of errors in each cluster."""
        return np.bincount(self.cluster[self.cluster >= 0], minlength=len(self.medoids))

    def members(self, cluster: int) -> Int[np.ndarray, "member"]:
        """The errors of ``cluster`` as places among the errors, its medoid first, then by their distance from it."""
        places = np.flatnonzero(self.cluster == cluster)
        return places[np.lexsort((places, self.distances[places], places != self.medoids[cluster]))]

    def localization(self) -> Localization:
        """Each root cause, as suspicious as its share of all errors: in [0, 1], and higher mends more."""
        sizes = self.sizes
        return Localization(
            "cluster",
            np.array([f"cause_{number + 1}" for number in range(len(sizes))]),
            sizes / max(1, len(self.cluster)),
            about={"cluster": np.arange(1, len(sizes) + 1), "errors": sizes},
            summary=f"{len(sizes)} root causes of {len(self.cluster)} errors, by the layer {self.layer}",
        )


def describe_clusters(
    layer: str, cluster: Int[np.ndarray, "error"], vectors: Float[np.ndarray, "error number"]
) -> RootCauses:
    """The clusters with their medoids: of each cluster the member whose distances to the others add up to the least."""
    count = int(cluster.max(initial=-1)) + 1
    medoids, from_medoid = np.zeros(count, dtype=np.int64), np.full(len(cluster), np.nan)
    for number in range(count):
        members = np.flatnonzero(cluster == number)
        rows = np.asarray(vectors[members], dtype=np.float64)
        if len(members) <= _LARGEST_WITH_PAIRS:
            middle = int(pairwise_distances(rows).sum(1).round(9).argmin())
        else:
            middle = int(np.linalg.norm(rows - rows.mean(0), axis=1).argmin())
        medoids[number] = members[middle]
        from_medoid[members] = np.linalg.norm(rows - rows[middle], axis=1)
    return RootCauses(layer, cluster, medoids, from_medoid)
