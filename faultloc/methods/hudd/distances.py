"""Euclidean distances between rows, exact to double precision and in blocks."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

# Of numbers in double precision that are held at once: 64 MB.
_BLOCK = 8_000_000


def pairwise_distances(rows: Float[np.ndarray, "row number"]) -> Float[np.ndarray, "row row"]:
    """The distance of each row to each, float64, zeros on the diagonal.

    Sums of products over blocks of columns, of rows less their mean, so that little cancels.
    """
    count, width = rows.shape
    products = np.zeros((count, count))
    for columns in _blocks(width, max(1, _BLOCK // max(1, count))):
        part = rows[:, columns].astype(np.float64)
        part -= part.mean(0)
        products += part @ part.T
    squares = np.diag(products).copy()
    products *= -2
    products += squares[:, None]
    products += squares[None]
    np.maximum(products, 0, out=products)
    np.fill_diagonal(products, 0)
    return np.sqrt(products, out=products)


def condensed(distances: Float[np.ndarray, "row row"]) -> Float[np.ndarray, "pair"]:
    """The distances above the diagonal, row by row, as SciPy lists them."""
    return distances[np.triu_indices(len(distances), 1)]


def profile_distances(distances: Float[np.ndarray, "row row"]) -> Float[np.ndarray, "row row"]:
    """Distances between the rows of the distance matrix itself, each row divided by its maximum.

    Source: the released code clusters these, not the distances.
    """
    return pairwise_distances(scaled_profiles(distances))


def scaled_profiles(distances: Float[np.ndarray, "row row"]) -> Float[np.ndarray, "row row"]:
    """Each row of distances divided by its maximum; not symmetric any more."""
    highest = distances.max(1, keepdims=True)
    return distances / np.where(highest > 0, highest, 1)


def _blocks(length: int, size: int) -> Iterator[slice]:
    for start in range(0, length, size):
        yield slice(start, start + size)
