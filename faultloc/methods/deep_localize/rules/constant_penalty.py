"""A penalty on a gradient, or an equation of derivatives, that is a mere number in the loss.

``torch.autograd.grad`` gives numbers without a history unless it is told ``create_graph=True``: what is made of them
changes the loss and trains nothing. Told by three steps, each of which takes such a gradient by its inputs and adds
another constant to its loss; an amount that never changes may be a start at 0, or an offset.

Source: the gradient penalty of Gulrajani et al. 2017 ("Improved Training of Wasserstein GANs"), equation 3.
"""

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, is_trained, operation, saved
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_LOOKS, _APART, _DEEPEST = 3, 1e-3, 30


class ConstantPenalty:
    """What the steps looked at have added to their losses as numbers."""

    def __init__(self) -> None:
        self._amounts: list[float] = []
        self._is_over = False

    def look(self, loss: Tensor, outputs: Sequence[Tensor], *, takes_constants: bool) -> Iterator[Symptom]:
        """A symptom at the third look in a row; ``takes_constants``: the step has taken gradients as numbers."""
        if self._is_over or not takes_constants or loss.grad_fn is None or loss.numel() != 1:
            return
        known = {one.grad_fn: one.detach() for one in outputs if one.grad_fn is not None}
        trained = _without_constants(loss.grad_fn, known, 0)
        amount = None if trained is None else float(loss.detach()) - trained
        if amount is None or abs(amount) <= _APART * abs(float(loss.detach())):
            self._is_over = True
            return
        self._amounts.append(amount)
        if len(self._amounts) < _LOOKS:
            return
        self._is_over = True
        least, most = min(self._amounts), max(self._amounts)
        if most - least > _APART * max(abs(least), abs(most)):
            yield Symptom(
                "loss.constant_penalty", LOSS, amount, 0,
                f"{amount:.3g} of the loss of {float(loss.detach()):.3g} is a number without a history, another one at "
                "each step, and the step takes a gradient by its inputs as numbers: what is made of it trains nothing",
            )  # fmt: skip


def _without_constants(node: Node | None, known: Mapping[Node, Tensor], depth: int) -> float | None:
    """The value of what has a history in a sum, by what the graph keeps; None where it does not tell."""
    if node is None or not is_trained(node):
        return 0.0
    if depth > _DEEPEST:
        return None
    name = operation(node)
    if name in ("Add", "Sub"):
        first, second = (_without_constants(side, known, depth + 1) for side in sides_of(node))
        scale = float(getattr(node, "_saved_alpha", 1.0))
        if first is None or second is None:
            return None
        return first + (scale if name == "Add" else -scale) * second
    if name == "Neg":
        inner = _without_constants(children(node)[0], known, depth + 1)
        return None if inner is None else -inner
    if name in ("Mul", "Div"):
        return _scaled(node, known, depth, is_product=name == "Mul")
    if name in ("Mean", "Sum"):
        values = _values(children(node)[0], known)
        return None if values is None else float(values.float().mean() if name == "Mean" else values.float().sum())
    if name == "MseLoss":
        ours, theirs = saved(node, "self"), saved(node, "target")
        is_mean = getattr(node, "_saved_reduction", 0) == 1
        return float((ours - theirs).square().mean()) if ours is not None and theirs is not None and is_mean else None
    return None


def _scaled(node: Node, known: Mapping[Node, Tensor], depth: int, *, is_product: bool) -> float | None:
    first, second = sides_of(node)
    if (first is None) == (second is None) or (not is_product and first is None):
        return None
    factor = saved(node, "other" if first is not None else "self")
    inner = _without_constants(first if first is not None else second, known, depth + 1)
    if factor is None or factor.numel() != 1 or inner is None:
        return None
    return inner * float(factor) if is_product else inner / float(factor)


def _values(node: Node, known: Mapping[Node, Tensor]) -> Tensor | None:
    """What a tensor held before it was averaged: an output of the model, or its power."""
    if node in known:
        return known[node]
    if operation(node) in ("Squeeze", "View", "UnsafeView", "ReshapeAlias"):
        return _values(children(node)[0], known)
    if operation(node) == "Pow":
        inner = saved(node, "self")
        return None if inner is None else inner.pow(getattr(node, "_saved_exponent", 2))
    return None
