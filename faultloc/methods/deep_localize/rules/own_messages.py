"""Messages along edges that are added up where they come from: each node then hears itself, and no neighbour."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, saved, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace

_MOST_NODES, _FEWEST = 2000, 16
_ADDS = ("IndexAdd", "ScatterAdd", "ScatterReduce", "IndexReduce", "IndexPut")
_BETWEEN = ("Mul", "Div", "View", "UnsafeView", "Expand", "Unsqueeze", "Squeeze", "Clone", "ToCopy")


def check_own_messages(loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """A symptom where rows are taken by one index and added up by the same: the numbers of edges, not of a pooling.

    Rows that are taken from a smaller table, as words are, or with each index once, are no messages.
    """
    users: dict[Node, Node] = {}
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        for child in children(node):
            users.setdefault(child, node)
        if operation(node) not in _ADDS:
            continue
        target = _index(node)
        for source in children(node):
            taken = _taken(source)
            index = None if taken is None else _index(taken)
            if target is None or index is None or not _is_same(target, index):
                continue
            yield Symptom(
                "model.own_messages", _part_of(node, users, trace), len(index), 0,
                f"rows are taken by an index of {len(index)} edges and added up by the same index: every node gets its "
                "own features back, and none of its neighbours'",
            )  # fmt: skip
            return


def _part_of(node: Node, users: dict[Node, Node], trace: LayerTrace) -> str:
    """The module that the next layer is a part of, on the way to the loss; the layer itself where it is in none."""
    own, user = trace.name_of(node), users.get(node)
    while user is not None:
        name = trace.name_of(user)
        if name and name != own:
            return name.rpartition(".")[0] or name
        user = users.get(user)
    return own or "model"


def _taken(node: Node | None) -> Node | None:
    """The indexing that gave the messages, past what weighs and shapes them."""
    while node is not None and operation(node) in _BETWEEN:
        behind = children(node)
        # What is weighed by something of the model's own is no more what it was: a group's mean beside its members.
        node = behind[0] if len(behind) == 1 else None
    return node if node is not None and operation(node) in ("Index", "IndexSelect", "Gather", "Embedding") else None


def _index(node: Node) -> Tensor | None:
    """Which rows an operation takes or adds to, one number a row."""
    index = saved(node, "index")
    if index is None:
        try:
            several = getattr(node, "_saved_indices", None)
        except RuntimeError:
            return None
        several = [several] if isinstance(several, Tensor) else list(several or ())
        index = several[0] if len(several) == 1 and isinstance(several[0], Tensor) else None
    if index is None or index.is_floating_point() or index.dtype == torch.bool:
        return None
    while index.dim() > 1 and index.stride(-1) == 0:  # widened to the columns
        index = index.select(-1, 0)
    return index if index.dim() == 1 else None


def _is_same(one: Tensor, other: Tensor) -> bool:
    return (
        len(one) >= _FEWEST and one.shape == other.shape and bool((one == other).all()) and len(one.unique()) < len(one)
    )
