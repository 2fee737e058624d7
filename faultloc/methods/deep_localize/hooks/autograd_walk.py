"""Reading the autograd graph of a loss: what was computed between a layer's output and the loss, without being told.

Nodes of the graph carry their operation's name (``MseLossBackward0``) and the tensors that the backward pass needs
(``_saved_target``), which are there until the backward pass has run.
"""

from collections.abc import Iterator
from functools import lru_cache

from torch import Tensor, nn
from torch.autograd.graph import Node

# Operations that change the shape or the precision of values, not the values.
_SHAPING = {
    f"{name}Backward{number}"
    for name in (
        *(
            "View",
            "UnsafeView",
            "ReshapeAlias",
            "Squeeze",
            "Unsqueeze",
            "Expand",
            "ToCopy",
            "Transpose",
            "T",
            "Permute",
        ),
        *("Clone", "Alias", "Contiguous", "Slice", "Select"),
    )
    for number in range(3)
}
_CLIPPING = {"ClampBackward0", "ClampBackward1", "ClampMinBackward0", "ClampMaxBackward0"}


def operation(node: Node) -> str:
    """The operation of ``node`` without its suffix: ``MseLoss`` for ``MseLossBackward0``."""
    return _without_suffix(node.name())


@lru_cache
def _without_suffix(name: str) -> str:
    return name.rpartition("::")[2].partition("Backward")[0]


def children(node: Node) -> list[Node]:
    """The nodes whose results ``node`` was computed from, in the order of the operation's arguments."""
    return [child for child, _ in node.next_functions if child is not None]


def saved(node: Node, name: str) -> Tensor | None:
    """The tensor that ``node`` keeps for its backward pass as ``name``, or None: it keeps none, or has let go of it."""
    try:
        value = getattr(node, f"_saved_{name}", None)
    except RuntimeError:  # changed in place since, or freed
        return None
    if not isinstance(value, Tensor):
        return None
    return value.detach() if value.requires_grad else value


def shape_of(node: Node | None, index: int = 0) -> tuple[int, ...]:
    """The shape of a node's result, of the one numbered ``index`` if there are several; empty where it is not known."""
    known = getattr(node, "_input_metadata", None)
    return tuple(known[index].shape) if known and index < len(known) else ()


def walk(root: Node, *, most: int) -> Iterator[tuple[Node, int]]:
    """``root`` and what it was computed from, nearest first, with the distance: each node once, at most ``most``."""
    seen, level, distance = {root}, [root], 0
    while level:
        following: list[Node] = []
        for node in level:
            yield node, distance
            for child, _ in node.next_functions:
                if child is not None and child not in seen and len(seen) < most:
                    seen.add(child)
                    following.append(child)
        level, distance = following, distance + 1


def leaves_of(loss: Tensor, *, most: int = 4000) -> list[Tensor]:
    """The tensors that a backward pass from ``loss`` would give gradients, of at most ``most`` nodes."""
    nodes = [] if loss.grad_fn is None else walk(loss.grad_fn, most=most)
    return [leaf for node, _ in nodes if (leaf := getattr(node, "variable", None)) is not None]


def is_trained(node: Node, *, most: int = 4000) -> bool:
    """Whether any weight lies behind ``node``: inputs with a history of their own are none."""
    return any(isinstance(getattr(one, "variable", None), nn.Parameter) for one, _ in walk(node, most=most))


def past_shaping(node: Node | None, *, clipping: bool = True) -> Node | None:
    """The first node at or behind ``node`` that computes values rather than shapes them (or clips them)."""
    while node is not None and (node.name() in _SHAPING or (clipping and node.name() in _CLIPPING)):
        behind = children(node)
        node = behind[0] if behind else None
    return node


def is_clipping(node: Node) -> bool:
    """Whether ``node`` limits values to a range."""
    return node.name() in _CLIPPING
