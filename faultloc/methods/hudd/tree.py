"""Ward's tree over the errors: grown once, cut anywhere."""

from dataclasses import dataclass
from typing import Literal

import fastcluster
import numpy as np
from jaxtyping import Float, Int
from scipy.cluster.hierarchy import fcluster
from sklearn.decomposition import PCA

from faultloc.errors import ConfigError, DataError
from faultloc.methods.hudd.distances import condensed, pairwise_distances, profile_distances

# Up to here all distances are held, 100 MB of them; beyond, the tree grows from the rows and holds none.
LARGEST_WITH_DISTANCES = 5_000
_COMPONENTS = 32

Input = Literal["direct", "profile"]


@dataclass(frozen=True)
class Tree:
    """The ``merges``, as SciPy lists them: two clusters, the distance between them, the size of what they become."""

    merges: Float[np.ndarray, "merge 4"]

    @property
    def count(self) -> int:
        """How many errors the tree is over."""
        return len(self.merges) + 1

    def cut(self, clusters: int) -> Int[np.ndarray, "error"]:
        """The cluster of each error, the largest numbered 0, equal sizes by their first member.

        There may be fewer than ``clusters``: errors that are alike to the last digit are never parted.

        Raises:
            ConfigError: there are fewer errors than that, or less than one cluster is asked for.
        """
        if not 1 <= clusters <= self.count:
            raise ConfigError(
                f"{clusters} clusters are asked for (hudd.root_causes.clusters) and there are {self.count} errors; "
                f"expected a number from 1 to {self.count}"
            )
        return by_size(fcluster(self.merges, clusters, "maxclust"))


def by_size(clusters: Int[np.ndarray, "error"]) -> Int[np.ndarray, "error"]:
    """The same clusters numbered from 0, the largest first, equal sizes by their first member; -1 stays -1."""
    names, first, counts = np.unique(clusters[clusters >= 0], return_index=True, return_counts=True)
    numbers = {int(name): number for number, name in enumerate(names[np.lexsort((first, -counts))])}
    return np.array([numbers.get(int(name), -1) for name in clusters], dtype=np.int64)


def grow_tree(vectors: Float[np.ndarray, "error number"], on: Input = "direct") -> Tree:
    """Ward's tree over the rows of ``vectors``, or (``on`` "profile") over the rows of their scaled distance matrix.

    Raises:
        ConfigError: ``on`` is neither.
        DataError: profiles are asked for and there are too many errors for a matrix of distances.

    Source: the paper says Ward on the distances of heatmaps; the released code takes their profiles.
    Differs: above 5,000 errors the rows are first reduced to their 32 principal components.
    """
    if on not in ("direct", "profile"):
        raise ConfigError(f"hudd.linkage.input is {on!r}; expected direct or profile")
    count = len(vectors)
    if count <= LARGEST_WITH_DISTANCES:
        distances = pairwise_distances(vectors)
        if on == "profile":
            distances = profile_distances(distances)
        return Tree(fastcluster.linkage(condensed(distances), "ward", preserve_input=False))
    if on == "profile":
        raise DataError(
            f"there are {count:,} errors, and profiles of distances need a matrix of all pairs; expected at most "
            f"{LARGEST_WITH_DISTANCES:,}: take hudd=default, which needs none"
        )
    return Tree(fastcluster.linkage_vector(principal_components(vectors, _COMPONENTS), "ward"))


def principal_components(vectors: Float[np.ndarray, "row number"], most: int) -> Float[np.ndarray, "row component"]:
    """The rows by their first components, at most ``most``; always the same for the same rows."""
    components = min(most, *vectors.shape)
    reduced = PCA(components, svd_solver="randomized", random_state=0).fit_transform(vectors)
    return np.ascontiguousarray(reduced, dtype=np.float64)
