"""The edges of a batch of graphs, whose nodes were put one after the other and whose edges were left as they were."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_NODES, _FEWEST_EDGES, _SHARE = 16, 8, 0.5


def check_graph_edges(tensors: Sequence[Tensor]) -> Iterator[Symptom]:
    """A symptom where no edge reaches the second half of the nodes; ``tensors`` are what a model is given.

    Edges are whole numbers of shape (2, edges), nodes the first of the others with a row for each.
    """
    edges = next((one for one in tensors if _are_edges(one)), None)
    nodes = next((one for one in tensors if one is not edges and one.dim() > 0), None)
    if edges is None or nodes is None or len(nodes) < _FEWEST_NODES:
        return
    last, count = int(edges.max()), len(nodes)
    if 0 <= last < _SHARE * count - 1:
        yield Symptom(
            "input.edges", INPUT, last, count - 1,
            f"there are {count} nodes, and no edge reaches one beyond number {last}: edges of several graphs look put "
            "together without the number of nodes before each",
        )  # fmt: skip


def _are_edges(tensor: Tensor) -> bool:
    is_table = tensor.dim() == 2 and len(tensor) == 2 and tensor.shape[1] >= _FEWEST_EDGES
    return is_table and not tensor.is_floating_point() and not tensor.is_complex() and tensor.dtype.is_signed
