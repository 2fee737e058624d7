"""What the labels of a sample's neighbours say, in the space that the mutants have learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch.nn import functional as F

from faultloc.settings_check import check_number

# A search of all pairs holds this many samples' distances at a time: 200 MB at the size below.
_ROWS_AT_ONCE = 1000
# Above this many samples all pairs cost too much, and an index of cells takes over.
EXACT_UP_TO = 50_000
# Of the index's cells, as many as the root of the number of samples, this many are searched.
_CELLS_SEARCHED = 16


@dataclass(frozen=True)
class NeighbourSettings:
    """How many ``neighbours`` are asked in each of so many mutants' ``embeddings``, and how fast their say falls with
    their distance: exp(``sharpness`` (cosine - nearest cosine))."""

    embeddings: int = 3
    neighbours: int = 15
    sharpness: float | int = 10.0

    def __post_init__(self) -> None:
        check_number("suffix.embeddings", self.embeddings, at_least=1, whole=True)
        check_number("suffix.neighbours", self.neighbours, at_least=1, whole=True)
        check_number("suffix.sharpness", self.sharpness, at_least=0)


Nearest = tuple[Int[np.ndarray, "sample neighbour"], Float[np.ndarray, "sample neighbour"]]


def nearest_others(
    embedding: Float[np.ndarray, "sample neuron"], neighbours: int, *, exact_up_to: int = EXACT_UP_TO
) -> Nearest:
    """The indices of each sample's nearest others and their cosines in the centred ``embedding``, the nearest first.

    Exact for at most ``exact_up_to`` samples; above, an inverted file of FAISS finds most of them, in time that grows
    with the samples' number to the power of 1.5.
    """
    points = torch.from_numpy(embedding)
    points = F.normalize(points - points.mean(0), dim=1)
    wanted = min(neighbours, len(points) - 1)
    if len(points) > exact_up_to:
        return _nearest_by_index(points.numpy(), wanted)
    indices, cosines = [], []
    for start in range(0, len(points), _ROWS_AT_ONCE):
        block = points[start : start + _ROWS_AT_ONCE] @ points.T
        rows = torch.arange(len(block))
        block[rows, start + rows] = -torch.inf
        found = block.topk(wanted, dim=1)
        indices.append(found.indices.numpy())
        cosines.append(found.values.numpy())
    return np.concatenate(indices), np.concatenate(cosines)


def neighbour_labels(
    nearest: Sequence[Nearest], labels: Int[np.ndarray, "sample"], classes: int, *, sharpness: float
) -> Float[np.ndarray, "sample class"]:
    """The label distribution of each sample's nearest others, averaged over searches; rows add up to 1.

    A neighbour weighs exp(``sharpness`` (its cosine - the nearest's)).
    """
    shares = np.zeros((len(labels), classes), np.float32)
    rows = np.arange(len(labels))
    for indices, cosines in nearest:
        weights = np.exp(sharpness * (cosines - cosines[:, :1]))
        weights /= weights.sum(axis=1, keepdims=True)
        for place in range(indices.shape[1]):
            shares[rows, labels[indices[:, place]]] += weights[:, place] / len(nearest)
    return shares


def _nearest_by_index(points: Float[np.ndarray, "sample neuron"], wanted: int) -> Nearest:
    import faiss  # only large sets pay for the import

    faiss.omp_set_num_threads(1)  # the same bytes on every machine
    cells = int(np.sqrt(len(points)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(points.shape[1]), points.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
    index.train(points[:: max(1, len(points) // (64 * cells))])
    index.add(points)
    index.nprobe = _CELLS_SEARCHED
    cosines, indices = index.search(points, wanted + 1)
    return _without_self(indices, cosines)


def _without_self(indices: Int[np.ndarray, "sample found"], cosines: Float[np.ndarray, "sample found"]) -> Nearest:
    # The sample itself goes to the end (or, where doubles crowd it out, the last found does) and is cut off.
    rows = np.arange(len(indices))[:, None]
    order = np.argsort((indices == rows) | (indices < 0), axis=1, kind="stable")[:, :-1]
    others, nearness = np.take_along_axis(indices, order, axis=1), np.take_along_axis(cosines, order, axis=1)
    # Cells with too few points leave places empty: the nearest stands in for them.
    empty = others < 0
    return np.where(empty, others[:, :1], others), np.where(empty, nearness[:, :1], nearness)
