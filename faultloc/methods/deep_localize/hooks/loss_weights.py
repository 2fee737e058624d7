"""How much each element of a loss counts in the one number that training makes small.

Between the losses of the elements and that number lie masks, weights, sums, divisions and other terms. The derivative
of the number by an element's loss is that element's weight, whatever lies between, as long as that is linear: a mask
gives 0, a mean 1 / N. Where a weight depends on the model (a focal loss), there is none that could be compared.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, saved, walk

_MOST_NODES = 80
_LINEAR = {
    *("Mul", "Div", "Neg", "Sum", "Mean", "Add", "Sub", "Rsub", "Stack", "Cat", "Dot", "Mv", "Mm", "Nansum"),
    *("Index", "IndexSelect", "MaskedSelect", "MaskedFill", "Where", "Gather", "Take", "IndexPut", "Slice", "Select"),
    *("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Expand", "ToCopy", "Transpose", "T", "Permute"),
    *("Clone", "Alias", "Contiguous", "Unbind", "Split", "Diagonal"),
}
_DEFAULT_IGNORED = -100


@dataclass(frozen=True)
class Counting:
    """``weight``: of each element of a term, None if all have ``scale``; ``sign`` is -1 where training makes it larger.

    ``is_known`` is False where the weights depend on the model, or cannot be read.
    """

    weight: Tensor | None = None
    sign: int = 1
    scale: float = 1.0
    is_known: bool = True


UNKNOWN = Counting(is_known=False)


def counting(loss: Tensor, node: Node) -> Counting:
    """How much each value that ``node`` gives counts in ``loss``, up to one common factor."""
    if node is loss.grad_fn:
        return Counting()
    # A hook of the user's on the loss would run once more.
    if loss.grad_fn is None or getattr(loss, "_backward_hooks", None) or not _is_linear(loss.grad_fn, node):
        return UNKNOWN
    try:
        (weight,) = torch.autograd.grad(loss, [GradientEdge(node, 0)], retain_graph=True, allow_unused=True)
    except (RuntimeError, TypeError):
        return UNKNOWN
    if weight is None or not weight.numel():
        return UNKNOWN
    least, most = (float(value) for value in torch.aminmax(weight))
    if not (least >= 0 or most <= 0) or least == most == 0:
        return UNKNOWN
    sign = 1 if least >= 0 else -1
    return Counting(None if least == most else weight.detach().float() * sign, sign, most if sign > 0 else -least)


def _is_linear(root: Node, end: Node) -> bool:
    """Whether ``root`` is linear in what ``end`` gives; what concerns single numbers alone may be anything."""
    inside = [node for node, _ in walk(root, most=_MOST_NODES)]
    leads = {end}
    for _ in range(len(inside)):
        more = {node for node in inside if node not in leads and any(child in leads for child in children(node))}
        if not more:
            break
        leads |= more
    if root not in leads:
        return False
    for node in leads - {end}:
        if _is_scalar(node):
            continue
        if operation(node) not in _LINEAR or not node.name().endswith(("0", "1", "2")):
            return False
        if operation(node) in ("Mul", "Div", "Dot", "Mv", "Mm") and len(children(node)) > 1:
            return False  # a weight that itself depends on the model
    return True


def _is_scalar(node: Node) -> bool:
    known = getattr(node, "_input_metadata", None)
    return known is not None and len(known) > 0 and all(length == 1 for length in known[0].shape)


def inner_weight(node: Node, target: Tensor | None) -> Tensor | None:
    """The weights that a loss of ``torch.nn`` itself gives its elements: by class, by ignored label, by ``weight``."""
    name = operation(node)
    if name.startswith("NllLoss") and target is not None:
        ignored = int(getattr(node, "_saved_ignore_index", _DEFAULT_IGNORED))
        ignored -= 2**64 if ignored >= 2**63 else 0  # kept as an unsigned number
        by_class = saved(node, "weight")
        counts = target != ignored
        if by_class is None:
            return None if bool(counts.all()) else counts.float()
        kept = torch.where(counts, target, torch.zeros_like(target))
        return by_class.float()[kept] * counts
    if name in ("BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"):
        return saved(node, "weight")
    return None
