"""The part of the autograd graph that is the loss: what was computed from the model's outputs."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from faultloc.methods.deep_localize.hooks.autograd_walk import children

_MOST_NODES = 600


def loss_nodes(loss: Tensor, outputs: Sequence[Tensor]) -> list[Node]:
    """The nodes between ``loss`` and ``outputs``, those that gave the outputs included, nearest the loss first.

    Empty where there are more than six hundred: then the model itself may be among them.
    """
    if loss.grad_fn is None:
        return []
    ends = {output.grad_fn for output in outputs if output.grad_fn is not None}
    found, level = [loss.grad_fn], [loss.grad_fn]
    seen = set(found)
    while level:
        level = [child for node in level if node not in ends for child in children(node)]
        level = [child for child in dict.fromkeys(level) if child not in seen]
        seen.update(level)
        found += level
        if len(found) > _MOST_NODES:
            return []
    return found


def sides_of(node: Node) -> tuple[Node | None, Node | None]:
    """The nodes of an operation's two arguments; None where one is a constant, or there is none."""
    found = [side for side, _ in node.next_functions]
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def gradients_at(loss: Tensor, tensors: Sequence[Tensor]) -> list[Tensor | None]:
    """The gradient of ``loss`` by each of ``tensors``, which are results of operations; None where there is none.

    The graph is kept. Where the loss has a hook of the user's, which would run once more, all are None.
    """
    having = [one for one in tensors if one.grad_fn is not None]
    if loss.grad_fn is None or getattr(loss, "_backward_hooks", None) or not having:
        return [None for _ in tensors]
    edges = [GradientEdge(one.grad_fn, one.output_nr) for one in having]  # type: ignore[arg-type]
    try:
        found = torch.autograd.grad(loss, edges, retain_graph=True, allow_unused=True)
    except RuntimeError:
        return [None for _ in tensors]
    by_tensor = {id(one): gradient for one, gradient in zip(having, found, strict=True)}
    return [by_tensor.get(id(one)) for one in tensors]
