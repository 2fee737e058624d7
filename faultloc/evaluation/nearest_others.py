"""The samples around a sample, by the direction of their features."""

import numpy as np
from jaxtyping import Float, Int


def nearest_others(
    points: Float[np.ndarray, "sample neuron"], count: int
) -> tuple[Int[np.ndarray, "sample near"], Float[np.ndarray, "sample near"]]:
    """The rows of the ``count`` nearest others by cosine, the nearest first, and their distances, in [0, 2].

    Distances are between unit vectors. Where there are fewer others, all of them; none for a single sample. Compares
    all pairs.
    """
    from sklearn.neighbors import NearestNeighbors

    asked = min(count, len(points) - 1)
    if asked < 1:
        return np.zeros((len(points), 0), dtype=np.int64), np.zeros((len(points), 0))
    unit = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    # Asked without points, it leaves each sample out of its own neighbours, also where another one is equal to it.
    distances, rows = NearestNeighbors(n_neighbors=asked).fit(unit).kneighbors()
    return rows, distances
