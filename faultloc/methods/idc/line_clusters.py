"""k-means and its silhouette on a line, exact: sorted once, clusters are intervals, and sums come from prefix sums."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int


def cluster_line(values: Float[np.ndarray, "_"], clusters: int) -> Float[np.ndarray, "_"]:
    """The centres of k-means, ascending: those of the smallest sum of squares that there is.

    Fewer than ``clusters`` where there are fewer different values. Of two best answers the one with the smaller first
    clusters counts. Nothing is drawn.

    Source: Wang and Song, "Ckmeans.1d.dp", R Journal 2011: dynamic programming over the sorted values, here with the
    last cluster's beginning found by halving, since it moves one way.

    Differs: scikit-learn's k-means begins by chance, stops at a tolerance, and may end beside the best answer.
    """
    return cluster_line_up_to(values, clusters)[-1]


def cluster_line_up_to(values: Float[np.ndarray, "_"], most: int) -> list[Float[np.ndarray, "_"]]:
    """The same for 1, 2 and so on up to ``most`` clusters, or up to as many as there are different values."""
    different, counts = np.unique(values.astype(np.float64), return_counts=True)
    middle = float(np.average(different, weights=counts))
    moments = _Moments(counts, different - middle)
    most = min(most, len(different))
    begins = _best_begins(moments, most)
    found = []
    for clusters in range(1, most + 1):
        ends = [len(different)]
        for row in range(clusters - 1, 0, -1):
            ends.append(int(begins[row][ends[-1]]))
        found.append(moments.means(np.array([0, *reversed(ends)])) + middle)
    return found


def nearest_centre(values: Float[np.ndarray, "_"], centres: Float[np.ndarray, "_"]) -> Int[np.ndarray, "_"]:
    """The place of the centre that is nearest to each value; half way between two it is the lower one."""
    return np.searchsorted((centres[1:] + centres[:-1]) / 2, values, side="left")


def mean_silhouette(values: Float[np.ndarray, "_"], centres: Float[np.ndarray, "_"]) -> float:
    """The mean silhouette of all values in the clusters of ``centres``, in [-1, 1]; a value alone in its cluster has 0.

    Source: Rousseeuw, "Silhouettes", 1987. In time proportional to values times clusters; scikit-learn's takes the
    square of the values.
    """
    ordered = np.sort(values.astype(np.float64))
    ends = _ends(ordered, centres)
    sums = _prefix(ordered)
    starts, sizes = ends[:-1], np.diff(ends)
    kept = sizes > 0
    if kept.sum() < 2:
        return 0.0
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    # The sum of distances to each cluster: all of it lies below the value, or above, or it is the value's own.
    totals = sums[ends[1:]] - sums[starts]
    is_below = cluster[:, None] > np.arange(len(sizes))
    distances = np.where(is_below, 1, -1) * (ordered[:, None] * sizes - totals)
    place = np.arange(len(ordered))
    low, high = starts[cluster], ends[1:][cluster]
    below = ordered * (place - low) - (sums[place] - sums[low])
    above = (sums[high] - sums[place]) - ordered * (high - place)
    own = (below + above) / np.maximum(sizes[cluster] - 1, 1)
    means = np.divide(distances, sizes, out=np.full(distances.shape, np.inf), where=kept)
    means[place, cluster] = np.inf
    other = means.min(1)
    larger = np.maximum(own, other)
    silhouettes = np.divide(other - own, larger, out=np.zeros(len(ordered)), where=larger > 0)
    return float(np.where(sizes[cluster] > 1, silhouettes, 0).mean())


def choose_clusters(values: Float[np.ndarray, "_"], candidates: Sequence[int]) -> Float[np.ndarray, "_"]:
    """The centres for the one of ``candidates`` whose mean silhouette is largest, of equal ones the first."""
    by_number = cluster_line_up_to(values, max(candidates))
    # More clusters than different values are as many as these.
    tried = [by_number[min(number, len(by_number)) - 1] for number in candidates]
    return max(tried, key=lambda centres: mean_silhouette(values, centres))


class _Moments:
    """Sums over weighted values from place to place, by prefix sums."""

    def __init__(self, counts: Int[np.ndarray, "_"], values: Float[np.ndarray, "_"]) -> None:
        self.sizes, self.sums = _prefix(counts), _prefix(counts * values)
        self.squares = _prefix(counts * values**2)

    def means(self, ends: Int[np.ndarray, "_"]) -> Float[np.ndarray, "_"]:
        return np.diff(self.sums[ends]) / np.diff(self.sizes[ends])

    def cost(self, begin: Int[np.ndarray, "_"], end: Int[np.ndarray, "_"]) -> Float[np.ndarray, "_"]:
        """The sum of squares around the mean of the values from ``begin`` to before ``end``."""
        total, size = self.sums[end] - self.sums[begin], self.sizes[end] - self.sizes[begin]
        return self.squares[end] - self.squares[begin] - total**2 / size


def _best_begins(moments: _Moments, most: int) -> list[Int[np.ndarray, "_"]]:
    """For each number of clusters less one, and each end, where the last cluster begins."""
    ends = np.arange(len(moments.sums))
    costs = np.concatenate([[0.0], moments.cost(np.zeros(len(ends) - 1, dtype=np.int64), ends[1:])])
    begins = [np.zeros(len(ends), dtype=np.int64)]
    for row in range(1, most):
        following, begin = np.full(len(ends), np.inf), np.zeros(len(ends), dtype=np.int64)
        # Whoever ends later begins no earlier: each half is searched between what its ends have found.
        spans = np.array([[row + 1], [len(ends) - 1], [row], [len(ends) - 2]])
        while spans.size:
            low, high, first, last = spans
            middle = (low + high) // 2
            last_of_each = np.minimum(last, middle - 1)
            sizes = last_of_each - first + 1
            offsets = np.cumsum(sizes) - sizes
            tried = np.arange(sizes.sum()) - np.repeat(offsets - first, sizes)
            values = costs[tried] + moments.cost(tried, np.repeat(middle, sizes))
            smallest = np.minimum.reduceat(values, offsets)
            is_best = np.flatnonzero(values == np.repeat(smallest, sizes))
            found = tried[is_best[np.searchsorted(is_best, offsets)]]
            following[middle], begin[middle] = smallest, found
            halves = np.hstack([(low, middle - 1, first, found), (middle + 1, high, found, last)])
            spans = halves[:, halves[0] <= halves[1]]
        costs = following
        begins.append(begin)
    return begins


def _prefix(values: np.ndarray) -> Float[np.ndarray, "_"]:
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def _ends(ordered: Float[np.ndarray, "_"], centres: Float[np.ndarray, "_"]) -> Int[np.ndarray, "_"]:
    inner = np.searchsorted(ordered, (centres[1:] + centres[:-1]) / 2, side="right")
    return np.concatenate([[0], inner, [len(ordered)]])
