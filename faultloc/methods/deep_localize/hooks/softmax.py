"""Over which axis a softmax in the graph runs."""

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import operation, shape_of


def axis_of_softmax(node: Node | None) -> int | None:
    """The axis, counted from 0, of a softmax or a log-softmax; None if ``node`` is neither."""
    if node is None or operation(node) not in ("Softmax", "LogSoftmax"):
        return None
    shape, axis = shape_of(node), getattr(node, "_saved_dim", None)
    if axis is None or not shape:
        return None
    return (axis - 2**64 if axis >= 2**63 else axis) % len(shape)  # kept as an unsigned number


def softmax_axis(node: Node | None) -> int | None:
    """The axis over which ``node`` takes a softmax of several rows; None if it takes none."""
    axis, shape = axis_of_softmax(node), shape_of(node)
    return None if len(shape) < 2 or shape[0] < 2 else axis


def is_one_score(result: Tensor) -> bool:
    """Whether a softmax gave one value a row, which is of use over the rows alone: rows are weighed, or ranked."""
    return result.dim() == 2 and result.shape[1] == 1
