"""The nearest others among many samples: each looks only at the samples of the cells around its own."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate

# Samples a cell, on average, and how many cells are searched: some 3,000 samples for each, however many there are.
_CELL_SIZE, _CELLS_SEARCHED = 256, 12
# Samples are compared along the directions in which they differ most, this many at most: of 128 neurons half of the
# numbers, and the labels that are found are as telling (MNIST's 60,000 images; docs/default-scorer.md).
_DIRECTIONS = 64
# What FAISS's clustering is given of each cell (fewer than 39 make it warn), and its rounds: rough cells do as well.
_POINTS_A_CELL, _ROUNDS = 40, 5
_QUERIES_AT_ONCE = 512
_PRODUCTS_AT_ONCE = 2**20


def search_cells(
    points: Float[np.ndarray, "sample neuron"],
    indices: Int[np.ndarray, "sample neighbour"],
    cosines: Float[np.ndarray, "sample neighbour"],
    allocate: Allocate,
) -> None:
    """Fills ``indices`` and ``cosines`` with most of the nearest others of each of the unit vectors ``points``.

    Of more than 64 neurons the cosines are those along the 64 directions in which the samples differ most. The cells
    are FAISS's clusters. A sample looks into its own cell and those nearest to that one's centre, so that the samples
    of a cell share one product of matrices; an inverted file of FAISS, which goes to the cells around each sample,
    finds a little more and takes several times as long.
    """
    points = _along_main_directions(points, allocate)
    centres = _cell_centres(points)
    cell = _nearest_centre(points, centres)
    members = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[members], np.arange(len(centres) + 1))
    by_cell = allocate(points.shape, np.float32)  # a cell's samples side by side
    for rows in blocks_of_rows(*points.shape):
        by_cell[rows] = points[members[rows]]
    sorted_points, wanted = torch.from_numpy(by_cell), indices.shape[1]
    for number in range(len(centres)):
        here = np.arange(starts[number], starts[number + 1])
        if not len(here):
            continue
        around = _places_around(number, centres, starts, wanted)
        candidates = sorted_points[around]
        for start in range(0, len(here), _QUERIES_AT_ONCE):
            places = here[start : start + _QUERIES_AT_ONCE]
            near = sorted_points[places] @ candidates.T
            own = torch.arange(len(places))
            near[own, start + own] = -torch.inf  # a sample is no neighbour of its own; its own cell stands first
            found = near.topk(wanted, dim=1)
            indices[members[places]] = members[around[found.indices].numpy()]
            cosines[members[places]] = found.values.numpy()


def _along_main_directions(
    points: Float[np.ndarray, "sample neuron"], allocate: Allocate
) -> Float[np.ndarray, "sample direction"]:
    """The unit vectors ``points``, projected and of length 1 again; as they are where they have no more directions."""
    if points.shape[1] <= _DIRECTIONS:
        return points
    gram = torch.zeros(points.shape[1], points.shape[1])
    for rows in blocks_of_rows(*points.shape):
        block = torch.from_numpy(points[rows])
        gram += block.T @ block
    directions = torch.linalg.eigh(gram).eigenvectors[:, -_DIRECTIONS:]
    projected = allocate((len(points), _DIRECTIONS), np.float32)
    for rows in blocks_of_rows(*points.shape):
        projected[rows] = F.normalize(torch.from_numpy(points[rows]) @ directions, dim=1).numpy()
    return projected


def _cell_centres(points: Float[np.ndarray, "sample neuron"]) -> Float[Tensor, "cell neuron"]:
    import faiss  # only large sets pay for the import

    faiss.omp_set_num_threads(1)  # the same bytes on every machine
    cells = max(1, len(points) // _CELL_SIZE)
    clusters = faiss.Kmeans(points.shape[1], cells, niter=_ROUNDS, spherical=True, seed=1234)
    clusters.train(np.ascontiguousarray(points[:: max(1, len(points) // (_POINTS_A_CELL * cells))]))
    return torch.from_numpy(clusters.centroids)


def _nearest_centre(
    points: Float[np.ndarray, "sample neuron"], centres: Float[Tensor, "cell neuron"]
) -> Int[np.ndarray, "sample"]:
    cell = np.empty(len(points), np.int32)
    # A million samples have 4,000 cells: blocks of as many rows as would outweigh a factorisation took 2 GB.
    rows_at_once = max(1, _PRODUCTS_AT_ONCE // len(centres))
    for start in range(0, len(points), rows_at_once):
        rows = slice(start, start + rows_at_once)
        cell[rows] = (torch.from_numpy(points[rows]) @ centres.T).argmax(dim=1).numpy()
    return cell


def _places_around(
    number: int, centres: Float[Tensor, "cell neuron"], starts: Int[np.ndarray, "_"], wanted: int
) -> Int[Tensor, "_"]:
    """The places, in the order of cells, of the samples of the cells around, 12 or as many as needed; its own first."""
    nearness = centres @ centres[number]
    nearness[number] = torch.inf
    order = nearness.argsort(descending=True, stable=True).numpy()
    enough = int(np.searchsorted(np.cumsum(starts[order + 1] - starts[order]), wanted + 1)) + 1
    nearest = order[: max(_CELLS_SEARCHED, enough)]
    return torch.from_numpy(np.concatenate([np.arange(starts[cell], starts[cell + 1]) for cell in nearest]))
