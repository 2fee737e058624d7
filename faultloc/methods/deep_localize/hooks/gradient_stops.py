"""Operations that have a place in the autograd graph and let no gradient through: rounding, and values overwritten.

``round``, ``floor``, ``ceil``, ``trunc`` and ``sign`` have the derivative 0 everywhere. A value that is replaced by a
constant (``x[mask] = 1``, ``masked_fill``, ``where``) has it too; that is a stop where it happens to every value. A
straight-through estimator, ``x + (x.round() - x).detach()``, leaves neither in the graph.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, saved

_MOST_NODES = 4000
# By the full name of PyTorch's own nodes: a function of the user's own may bear such a name and estimate a gradient.
_STEPS = {
    f"{name}Backward{number}": f"{name.lower()}()"
    for name in ("Round", "Floor", "Ceil", "Trunc", "Sign")
    for number in range(2)
}
_SAME_VALUES = {"Clone", "Alias", "ToCopy", "View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze"}


@dataclass(frozen=True)
class GradientStop:
    """``node`` lets no gradient through; ``name`` is the operation as the user would write it."""

    node: Node
    name: str


def open_nodes(root: Node) -> tuple[set[Node], list[GradientStop], bool]:
    """The nodes that a gradient from ``root`` gets to, the stops it meets, nearest first, and whether all were seen.

    A stop belongs to the nodes; what lies behind it does so only if another way leads there.
    """
    seen, level, stops = {root}, [root], []
    while level:
        following: list[Node] = []
        for node in level:
            name = _stop_at(node)
            if name is not None:
                stops.append(GradientStop(node, name))
                continue
            for child in children(node):
                if child not in seen:
                    seen.add(child)
                    following.append(child)
        level = following
        if len(seen) > _MOST_NODES:
            return seen, stops, False
    return seen, stops, True


def _stop_at(node: Node) -> str | None:
    name = node.name()
    if name in _STEPS:
        return _STEPS[name]
    first = next(_overwritten(node), None)
    if first is None:
        return None
    covered, written = first
    behind = next(iter(node.next_functions), (None, 0))[0]
    while behind is not None and not bool(covered.all()):  # one threshold sets the upper values, the next the lower
        more = next(_overwritten(behind), None)
        if more is not None and more[0].numel() == covered.numel():
            covered = covered | more[0]
        elif operation(behind) not in _SAME_VALUES:
            return None
        behind = next(iter(behind.next_functions), (None, 0))[0]
    return written if bool(covered.all()) else None


def _overwritten(node: Node) -> Iterator[tuple[Tensor, str]]:
    """Which values ``node`` replaces by constants (a flat mask), and how that is written; often nothing."""
    kind = operation(node)
    sides = node.next_functions
    if kind == "IndexPut" and len(sides) > 1 and sides[1][0] is None:
        indices = [index for index in _saved_indices(node) if index is not None]
        if len(indices) == 1 and indices[0].dtype == torch.bool and tuple(indices[0].shape) == _shape_of(node):
            yield indices[0].flatten(), "an assignment to x[mask]"
    elif kind == "MaskedFill" and (len(sides) < 2 or sides[1][0] is None):
        mask, shape = saved(node, "mask"), _shape_of(node)
        if mask is not None and shape is not None:
            yield mask.expand(shape).flatten(), "masked_fill()"
    elif kind == "Where" and len(sides) == 2 and (sides[0][0] is None) != (sides[1][0] is None):
        condition, shape = saved(node, "condition"), _shape_of(node)
        if condition is not None and shape is not None:
            kept = condition if sides[1][0] is None else ~condition
            yield ~kept.expand(shape).flatten(), "where()"


def _saved_indices(node: Node) -> tuple[Tensor | None, ...]:
    try:
        return tuple(getattr(node, "_saved_indices", ()) or ())
    except RuntimeError:
        return ()


def _shape_of(node: Node) -> tuple[int, ...] | None:
    """The shape of the result of ``node``."""
    known = getattr(node, "_input_metadata", None)
    return tuple(known[0].shape) if known else None
