"""Over which axis a softmax in the graph runs."""

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import operation, saved


def axis_of_softmax(node: Node | None) -> int | None:
    """The axis, counted from 0, of a softmax or a log-softmax; None if ``node`` is neither."""
    if node is None or operation(node) not in ("Softmax", "LogSoftmax"):
        return None
    result, axis = saved(node, "result"), getattr(node, "_saved_dim", None)
    if result is None or axis is None or not result.dim():
        return None
    return (axis - 2**64 if axis >= 2**63 else axis) % result.dim()  # kept as an unsigned number


def softmax_axis(node: Node | None) -> int | None:
    """The axis over which ``node`` takes a softmax of several rows; None if it takes none."""
    axis = axis_of_softmax(node)
    result = None if axis is None or node is None else saved(node, "result")
    return None if result is None or result.dim() < 2 or len(result) < 2 else axis


def is_one_score(result: Tensor) -> bool:
    """Whether a softmax gave one value a row, which is of use over the rows alone: rows are weighed, or ranked."""
    return result.dim() == 2 and result.shape[1] == 1
