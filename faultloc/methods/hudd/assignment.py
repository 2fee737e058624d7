"""Which improvement images are unsafe, and to which cluster of errors each belongs."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from faultloc.errors import DataError


@dataclass(frozen=True)
class UnsafeSet:
    """The unsafe improvement images, ascending by their positions; one entry of each array for each of them.

    ``clusters``: the one that it was assigned to. ``distances``: how far it is from that, 0 or more. ``choices``: 0
    where this is the image's nearest cluster, 1 where it is the second, and so on.
    """

    images: Int[np.ndarray, "unsafe"]
    clusters: Int[np.ndarray, "unsafe"]
    distances: Float[np.ndarray, "unsafe"]
    choices: Int[np.ndarray, "unsafe"]

    def __len__(self) -> int:
        return len(self.images)


def assign_images(
    distances: Float[np.ndarray, "image cluster"],
    quotas: Int[np.ndarray, "cluster"],
    sample_ids: Shaped[np.ndarray, "image"],
) -> UnsafeSet:
    """As many unsafe images as the quotas say, each in one cluster, and no cluster with more than its quota.

    First every image stands at its nearest cluster, in the order of their distances, and enters while the quota lasts;
    those left over then stand at their second nearest, and so on. A cluster without a quota takes no part. There is no
    threshold: the quotas alone say how many. Of equal distances the smaller of ``sample_ids`` comes first, so that the
    order of the images does not matter; of clusters as near as each other, the one with the lower number.

    Raises:
        DataError: there are fewer images than the quotas ask for.

    Source: the authors' code of HUDD, mode ClosestU. Differs: distances of 1000 and more are dropped there, which on
    some layers is every image.
    """
    if len(distances) < quotas.sum():
        raise DataError(
            f"the quotas ask for {quotas.sum()} improvement images, but there are {len(distances)}; expected at least "
            "as many: lower the factor of the quotas, or bring more images"
        )
    taking_part = np.flatnonzero(quotas)
    by_distance = np.argsort(distances[:, taking_part], axis=1, kind="stable")
    left = quotas.copy()
    chosen = np.full(len(distances), -1)
    choices = np.zeros(len(distances), dtype=np.int64)
    for choice in range(len(taking_part)):
        free = np.flatnonzero(chosen < 0)
        wanted = taking_part[by_distance[free, choice]]
        order = np.lexsort((sample_ids[free], distances[free, wanted]))
        for cluster in np.unique(wanted):
            entering = free[order[wanted[order] == cluster][: left[cluster]]]
            chosen[entering], choices[entering] = cluster, choice
            left[cluster] -= len(entering)
        if not left.any():
            break
    images = np.flatnonzero(chosen >= 0)
    clusters = chosen[images]
    return UnsafeSet(images, clusters, distances[images, clusters], choices[images])
