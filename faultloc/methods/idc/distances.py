"""Squared distances of many points from many others, by products of matrices."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float


def squared_distances(
    points: Float[np.ndarray, "point neuron"], others: Float[np.ndarray, "other neuron"]
) -> Float[np.ndarray, "point other"]:
    """The squared Euclidean distance of each of ``points`` from each of ``others``, 0 or more.

    Off by no more than rounding in the squares of their lengths: move both to where they are small.
    """
    squared = (-2 * points) @ others.T
    squared += (points**2).sum(1)[:, None]
    squared += (others**2).sum(1)
    return np.maximum(squared, 0, out=squared)


def slices(rows: int, width: int) -> Iterator[slice]:
    """All rows in order, as many at a time as make about a million numbers with ``width`` in each."""
    size = max(2**20 // max(width, 1), 1)
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))
