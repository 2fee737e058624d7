"""How well a sample's features lie along the direction of some class."""

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import eigh

from faultloc.subject.blocks import blocks_of_rows

# So many rows of a few hundred features fit a processor's cache.
_ROWS_AT_ONCE = 1024


def class_alignment(
    features: Float[np.ndarray, "sample feature"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """The squared cosine between each sample and the nearest class direction; in [0, 1], low = like no class.

    A class's direction is the first eigenvector of its samples' normalised Gram matrix.

    Source: Kim et al., "FINE Samples for Learning with Noisy Labels", NeurIPS 2021.
    Differs: the best of all classes, not that of the given label, so that it tells foreign inputs and no wrong labels.
    """
    samples, size = features.shape
    # Lengths are divided by where they are needed: a second array of all features would be as large as the first.
    lengths = np.empty(samples, features.dtype)
    for rows in blocks_of_rows(samples, size):
        lengths[rows] = np.maximum(_lengths(features[rows]), 1e-12)
    directions = [_first_eigenvector(features, lengths, np.flatnonzero(labels == label)) for label in np.unique(labels)]
    best = np.zeros(samples, np.float32)
    for start in range(0, samples, _ROWS_AT_ONCE):  # all directions while the rows are in the processor's cache
        rows = slice(start, start + _ROWS_AT_ONCE)
        for direction in directions:
            best[rows] = np.maximum(best[rows], np.square(features[rows] @ direction / lengths[rows]))
    return np.minimum(best, 1).astype(np.float32)


def _lengths(rows: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row"]:
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(rows, axis=1)
    too_long = np.isinf(lengths)  # its squares, not the row: numbers of 1e20 stand for missing values in some data
    lengths[too_long] = np.linalg.norm(rows[too_long].astype(np.float64), axis=1)
    return lengths


def _first_eigenvector(
    features: Float[np.ndarray, "sample feature"],
    lengths: Float[np.ndarray, "sample"],
    members: Int[np.ndarray, "member"],
) -> Float[np.ndarray, "_"]:
    size = features.shape[1]
    if len(members) <= size:  # the smaller of the two Gram matrices has the same eigenvalues
        unit = features[members] / lengths[members, None]
        direction = _last_of(unit @ unit.T) @ unit
        return direction / np.maximum(np.linalg.norm(direction), 1e-12)
    gram = np.zeros((size, size), features.dtype)
    for rows in blocks_of_rows(len(members), size):
        unit = features[members[rows]] / lengths[members[rows], None]
        gram += unit.T @ unit
    return _last_of(gram)


def _last_of(gram: Float[np.ndarray, "_ _"]) -> Float[np.ndarray, "_"]:
    """The eigenvector of the largest eigenvalue: by itself it takes a quarter of the time of all."""
    last = len(gram) - 1
    return eigh(gram, subset_by_index=(last, last), check_finite=False)[1][:, 0]
