"""Clusters where errors lie densely, the rest left out as outliers: SAFE's way, for the features of an encoder.

Source: Attaoui et al., "Black-box Safety Analysis and Retraining of DNNs based on Feature Extraction and Clustering",
TOSEM 2023 (SAFE: transfer features, PCA, DBSCAN); the same authors' comparison of 99 pipelines, arXiv 2301.13506, whose
best was transfer features, UMAP and DBSCAN.
Differs: the radius of DBSCAN is the knee of the distances to the fourth nearest error, which needs no tuning.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int
from kneed import KneeLocator
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.neighbors import NearestNeighbors

from faultloc.errors import ConfigError, MissingPackageError
from faultloc.methods.hudd.tree import by_size, principal_components

# Source: Ester et al., "A Density-Based Algorithm for Discovering Clusters", KDD 1996, section 4.2.
_NEIGHBOURS = 4
_SMALLEST_CLUSTER = 5

Reduce = Callable[[Float[np.ndarray, "error number"], int], Float[np.ndarray, "error component"]]


def cluster_densely(
    vectors: Float[np.ndarray, "error number"], how: str, *, reduce: str, components: int
) -> Int[np.ndarray, "error"]:
    """The cluster of each error by `dbscan` or `hdbscan` on ``components`` numbers an error; -1 for an outlier.

    Rows are sorted before, so that the clusters do not depend on the order of the errors.

    Raises:
        ConfigError: there is no such way to cluster or to reduce.
        MissingPackageError: UMAP is asked for and not installed.
    """
    if how not in _CLUSTERINGS:
        raise ConfigError(f"hudd.root_causes.clustering is {how!r}; expected ward or one of: {', '.join(_CLUSTERINGS)}")
    if reduce not in _REDUCTIONS:
        raise ConfigError(f"hudd.root_causes.reduce is {reduce!r}; expected one of: {', '.join(_REDUCTIONS)}")
    order = np.lexsort(np.asarray(vectors, dtype=np.float64).T[::-1])
    found = _CLUSTERINGS[how](_REDUCTIONS[reduce](vectors[order], components))
    clusters = np.empty(len(vectors), dtype=np.int64)
    clusters[order] = found
    return by_size(clusters)


def _dbscan(points: Float[np.ndarray, "error component"]) -> Int[np.ndarray, "error"]:
    neighbours = min(_NEIGHBOURS, len(points) - 1)
    reached = NearestNeighbors(n_neighbors=neighbours + 1).fit(points).kneighbors(points)[0][:, -1]
    reached.sort()
    # Without a knee all errors lie equally dense: the farthest of them still belongs.
    knee = None
    if reached[0] < reached[-1]:
        knee = KneeLocator(np.arange(len(reached)), reached, curve="convex", direction="increasing").knee
    radius = float(reached[-1] if knee is None else reached[int(knee)])
    return DBSCAN(eps=radius or np.finfo(float).tiny, min_samples=neighbours + 1).fit_predict(points)


def _hdbscan(points: Float[np.ndarray, "error component"]) -> Int[np.ndarray, "error"]:
    smallest = min(_SMALLEST_CLUSTER, len(points))
    return HDBSCAN(min_cluster_size=max(2, smallest), copy=True).fit_predict(points)


def _umap(vectors: Float[np.ndarray, "error number"], components: int) -> Float[np.ndarray, "error component"]:
    try:
        from umap import UMAP
    except ModuleNotFoundError as error:
        if error.name != "umap":
            raise
        raise MissingPackageError("umap-learn", "hudd.root_causes.reduce=umap", "umap") from error
    components = min(components, max(1, len(vectors) - 2))
    neighbours = min(15, len(vectors) - 1)
    # With a seed UMAP works in one process, and always gives the same.
    reduced = UMAP(n_components=components, n_neighbors=neighbours, random_state=0, n_jobs=1).fit_transform(vectors)
    return np.asarray(reduced, dtype=np.float64)


_REDUCTIONS: Mapping[str, Reduce] = MappingProxyType({"pca": principal_components, "umap": _umap})
_CLUSTERINGS: Mapping[str, Callable[[Float[np.ndarray, "error component"]], Int[np.ndarray, "error"]]] = (
    MappingProxyType({"dbscan": _dbscan, "hdbscan": _hdbscan})
)
