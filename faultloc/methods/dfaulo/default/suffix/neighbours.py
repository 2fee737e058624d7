"""What the labels of a sample's neighbours say, in the space that the mutants have learned."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch.nn import functional as F

from faultloc.methods.dfaulo.default.suffix.neighbour_cells import search_cells
from faultloc.settings_check import check_number
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory

# A search of all pairs holds this many samples' distances at a time: 200 MB at the size below.
_ROWS_AT_ONCE = 1000
# Above this many samples a search of cells takes over: at 10,000 all pairs take three times as long, and say no more.
EXACT_UP_TO = 8_000


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


def nearest_in_embedding(
    embedding: Float[np.ndarray, "sample neuron"],
    neighbours: int,
    *,
    exact_up_to: int = EXACT_UP_TO,
    allocate: Allocate = allocate_in_memory,
) -> Nearest:
    """The indices of each sample's nearest others and their cosines in the centred ``embedding``, the nearest first.

    Exact for at most ``exact_up_to`` samples; above, most of them are found among the samples of the cells around, in
    time that grows with the number of samples. The arrays lie where ``allocate`` puts them.
    """
    points = torch.from_numpy(allocate(embedding.shape, np.float32))
    centre = torch.from_numpy(embedding).mean(0)
    for rows in blocks_of_rows(*embedding.shape):
        points[rows] = F.normalize(torch.from_numpy(embedding[rows]) - centre, dim=1)
    wanted = min(neighbours, len(points) - 1)
    indices, cosines = allocate((len(points), wanted), np.int64), allocate((len(points), wanted), np.float32)
    if len(points) > exact_up_to:
        search_cells(points.numpy(), indices, cosines, allocate)
        return indices, cosines
    for start in range(0, len(points), _ROWS_AT_ONCE):
        block = points[start : start + _ROWS_AT_ONCE] @ points.T
        own = torch.arange(len(block))
        block[own, start + own] = -torch.inf
        found = block.topk(wanted, dim=1)
        indices[start : start + len(block)] = found.indices.numpy()
        cosines[start : start + len(block)] = found.values.numpy()
    return indices, cosines


def add_neighbour_labels(
    shares: Float[np.ndarray, "sample class"],
    nearest: Nearest,
    labels: Int[np.ndarray, "sample"],
    searches: int,
    *,
    sharpness: float | int,
) -> None:
    """Adds to ``shares``, in place, the label distribution of each sample's nearest others, divided by ``searches``.

    After so many searches its rows add up to 1. A neighbour weighs exp(``sharpness`` (its cosine - the nearest's)).
    """
    indices, cosines = nearest
    for block in blocks_of_rows(*indices.shape):
        weights = np.exp(sharpness * (cosines[block] - cosines[block, :1]))
        weights /= weights.sum(axis=1, keepdims=True)
        rows = np.arange(block.start, block.stop)
        for place in range(indices.shape[1]):
            shares[rows, labels[indices[block, place]]] += weights[:, place] / searches
