"""The hidden layer's view: two clusters of a class's activations."""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans


def cluster_classes(
    activations: Float[np.ndarray, "sample neuron"],
    labels: Int[np.ndarray, "sample"],
    generator: np.random.Generator,
    *,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Int[np.ndarray, "sample"]:
    """Each sample's cluster, 0 or 1, in the 2-means of the ``activations`` of its given label.

    Source: DFauLo's "Activation/KMeans" set.
    """
    clusters = np.zeros(len(labels), dtype=np.int8)
    for label in progress(np.unique(labels)):
        members = np.flatnonzero(labels == label)
        if len(members) > 1:
            means = KMeans(n_clusters=2, random_state=int(generator.integers(2**31)))
            clusters[members] = means.fit_predict(activations[members])
    return clusters
