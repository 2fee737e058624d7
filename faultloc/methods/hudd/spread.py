"""How far apart the members of clusters are, at every cut of a tree: the released code's WICD."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.methods.hudd.tree import Tree

# Source: the released code looks at no more clusters.
_MOST_CLUSTERS = 500


def most_clusters(errors: int) -> int:
    """The largest number of clusters that is looked at for so many errors."""
    return min(max(errors // 2, 2), _MOST_CLUSTERS, errors)


def spread_of_cuts(tree: Tree, distances: Float[np.ndarray, "error error"]) -> Float[np.ndarray, "cut"]:
    """The weighted intra-cluster distance of the cuts into 2, 3, ... `most_clusters` clusters.

    WICD(k) = 1/k sum over the clusters c of |c| / n times the mean distance of two members of c; a cluster of one adds
    0. ``distances`` need not be symmetric: of each pair the one above the diagonal counts, as released.

    The sums of distances between clusters are kept while the tree is climbed, which takes n^2 steps in all.
    """
    count = len(distances)
    # between[a, b] is the sum of the distances between the members of a and of b; each cluster lies in the row of one
    # of its members, and the diagonal holds the sum over its pairs.
    between = np.triu(distances, 1)
    between += between.T
    np.fill_diagonal(between, 0)
    within, sizes = np.zeros(count), np.ones(count)
    rows = list(range(count))  # by the number of the cluster in the tree
    terms = np.zeros(count)  # |c| times the mean distance within c
    spread = {count: 0.0}
    for merge, (first, second) in enumerate(tree.merges[:, :2].astype(int)):
        kept, gone = rows[first], rows[second]
        within[kept] += within[gone] + between[kept, gone]
        between[kept] += between[gone]
        between[:, kept] += between[:, gone]
        sizes[kept] += sizes[gone]
        terms[kept] = sizes[kept] * within[kept] / (sizes[kept] * (sizes[kept] - 1) / 2)
        terms[gone] = 0
        rows.append(kept)
        left = count - merge - 1
        spread[left] = terms.sum() / count / left
    return np.array([spread[clusters] for clusters in range(2, most_clusters(count) + 1)])


def spread_of(clusters: Int[np.ndarray, "error"], distances: Float[np.ndarray, "error error"]) -> float:
    """The same of one clustering, whose outliers (-1) take no part."""
    inside = clusters >= 0
    names = np.unique(clusters[inside])
    total = 0.0
    for name in names:
        members = np.flatnonzero(clusters == name)
        pairs = distances[np.ix_(members, members)][np.triu_indices(len(members), 1)]
        total += len(members) * (pairs.mean() if len(pairs) else 0.0)
    return total / max(1, int(inside.sum())) / max(1, len(names))
