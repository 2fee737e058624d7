"""How far heatmaps are from clusters of heatmaps, by named distances: an open table.

A distance of your own is one line more: ``DISTANCES["mine"] = my_distance``, a function of the heatmaps of some
images, those of the errors and the errors' clusters. Images come in batches and are seen once; what is kept of them is
one number for each cluster.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError, DataError, TrainingError

Heatmaps = Float[np.ndarray, "image value"]
# The heatmaps of some images, those of the errors, and the errors' clusters 0..k-1, or -1 for one that is in none.
ClusterDistance = Callable[
    [Heatmaps, Float[np.ndarray, "error value"], Int[np.ndarray, "error"]], Float[np.ndarray, "image cluster"]
]

# Bytes of one block of products or differences; the result does not depend on it.
_BLOCK = 2**25


def closest_member(
    images: Heatmaps, errors: Float[np.ndarray, "error value"], clusters: Int[np.ndarray, "error"]
) -> Float[np.ndarray, "image cluster"]:
    """The Euclidean distance to the nearest member of each cluster.

    Found by products of matrices in float64, which are off by their rounding; what lies within it of the nearest is
    then subtracted value by value. The answer is that of the plain subtraction, bit for bit.

    Source: the authors' code of HUDD, mode ClosestU.
    """
    wide = images.astype(np.float64)
    own = np.square(wide).sum(axis=1)
    found = np.full((len(images), int(clusters.max()) + 1), np.inf)
    members = _by_cluster(clusters)
    for block in _blocks(len(members), max(len(images), errors.shape[1])):
        part, numbers = errors[members[block]].astype(np.float64), clusters[members[block]]
        theirs = np.square(part).sum(axis=1)
        squared = own[:, None] + theirs - 2 * (wide @ part.T)
        # The error bound of a product of vectors: how many values, times the precision, times the vectors' squares.
        rounding = 4 * (part.shape[1] + 4) * np.finfo(np.float64).eps * (own + theirs.max())
        present, starts = np.unique(numbers, return_index=True)
        bound = np.minimum.reduceat(squared, starts, axis=1) + rounding[:, None]
        image, member = np.nonzero(squared <= bound[:, np.searchsorted(present, numbers)])
        # A 64th of a block at a time stays in the processor's cache, which takes half of the time.
        for pairs in _blocks(len(image), 64 * part.shape[1]):
            exact = np.square(wide[image[pairs]] - part[member[pairs]]).sum(axis=1)
            np.minimum.at(found, (image[pairs], numbers[member[pairs]]), exact)
    return np.sqrt(found)


def centroid(
    images: Heatmaps, errors: Float[np.ndarray, "error value"], clusters: Int[np.ndarray, "error"]
) -> Float[np.ndarray, "image cluster"]:
    """The Euclidean distance to the mean of each cluster.

    Source: the authors' code of HUDD, mode Centroid. Differs: the mean is that of the cluster's own members, where the
    authors' code sums all heatmaps for every cluster; and no radius cuts the images off.
    """
    found = np.empty((len(images), int(clusters.max()) + 1))
    for number in range(found.shape[1]):
        mean = np.mean(errors[np.flatnonzero(clusters == number)], axis=0, dtype=np.float64)
        found[:, number] = np.sqrt(np.square(images - mean).sum(axis=1))
    return found


DISTANCES: dict[str, ClusterDistance] = {"closest_member": closest_member, "centroid": centroid}


def distances_to_clusters(
    images: Iterable[Float[np.ndarray, "_ _"]],
    errors: Float[np.ndarray, "error value"],
    clusters: Int[np.ndarray, "error"],
    distance: str = "closest_member",
) -> Float[np.ndarray, "image cluster"]:
    """How far each image is from each cluster 0..k-1: 0 or more, by the distance of that name; in float64.

    ``images`` are batches of heatmaps in the form in which ``errors``, those of the clustered errors, are; ``clusters``
    are the numbers of these, -1 for an outlier, which belongs to none. Neither the order of the errors nor how the
    images are dealt into batches changes the answer.

    Raises:
        ConfigError: there is no such distance.
        DataError: there are no images or no clusters, or images and errors differ in their number of values.
        TrainingError: a value is not a finite number.
    """
    if distance not in DISTANCES:
        raise ConfigError(f"there is no distance {distance!r} to a cluster; expected one of: {', '.join(DISTANCES)}")
    if not (clusters >= 0).any():
        raise DataError(
            f"none of the {len(clusters)} errors is in a cluster; expected one cluster at least: choose another way to "
            "cluster them, or fewer clusters"
        )
    _require_finite(errors, "errors")
    found = []
    for batch in images:
        if batch.shape[1:] != errors.shape[1:]:
            raise DataError(
                f"the heatmaps of the improvement images have {batch.shape[1]} values and those of the errors "
                f"{errors.shape[1]}; expected those of the same layer"
            )
        _require_finite(batch, "improvement images")
        found += [DISTANCES[distance](batch[rows], errors, clusters) for rows in _blocks(*batch.shape)]
    if not sum(map(len, found)):
        raise DataError("there are no improvement images; expected some that the model was not trained on")
    return np.concatenate(found)


def _require_finite(heatmaps: Float[np.ndarray, "sample value"], what: str) -> None:
    for rows in _blocks(*heatmaps.shape):
        finite = np.isfinite(heatmaps[rows]).all(axis=1)
        if not finite.all():
            raise TrainingError(
                f"the heatmap of position {rows.start + int(np.argmin(finite))} among the {what} holds what is no "
                "finite number; expected finite numbers: choose another layer or another relevance rule"
            )


def _by_cluster(clusters: Int[np.ndarray, "error"]) -> Int[np.ndarray, "member"]:
    """The positions of those errors that are in a cluster, cluster by cluster."""
    return np.argsort(clusters, kind="stable")[np.count_nonzero(clusters < 0) :]


def _blocks(rows: int, values: int) -> Iterator[slice]:
    """Slices of ``rows`` of so many float64 ``values`` each, none larger than a block unless it is a single row."""
    step = max(1, _BLOCK // (8 * max(1, values)))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
