"""Scores that a mask of zeros and ones multiplies before a sigmoid, a softmax or a minimum: what is masked becomes 0.

A sigmoid makes .5 of it and a softmax a full share, and of distances it is the least; the mask has to come behind, or
as an infinity before.
"""

from collections.abc import Iterator

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, walk
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace

_OF_SIGMOID, _OF_SOFTMAX = "a sigmoid makes .5", "a softmax makes a share like any other's"
_OF_MINIMUM = "a minimum takes it before any distance"
_LEAVES = {
    "Sigmoid": _OF_SIGMOID,
    "LogSigmoid": _OF_SIGMOID,
    "Softmax": _OF_SOFTMAX,
    "LogSoftmax": _OF_SOFTMAX,
    "Min": _OF_MINIMUM,
    "Amin": _OF_MINIMUM,
}
_BETWEEN = ("View", "UnsafeView", "ReshapeAlias", "Clone", "Expand", "Unsqueeze", "Squeeze")
_MOST_NODES, _FEWEST = 2000, 0.02


def check_masked_scores(loss: Tensor, trace: LayerTrace) -> Iterator[Symptom]:
    """A symptom where zeros and ones multiply what goes into one of these, anywhere behind the loss."""
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        leaves = _LEAVES.get(operation(node))
        product = _given(node) if leaves is not None else None
        if product is None or operation(product) != "Mul":
            continue
        share = _share_of_zeros(constant_side(product))
        if share is not None:
            scores = None if leaves == _OF_MINIMUM else next(iter(children(product)), None)
            yield Symptom(
                "loss.masked_scores", trace.name_of(scores) or LOSS, share, 0,
                f"scores are multiplied by a mask of zeros and ones, {share:.0%} of them zeros, and then go into "
                f"{operation(node)}: of a masked score, which is 0, {leaves}",
            )  # fmt: skip
            return


def _given(node: Node) -> Node | None:
    """What gave the argument of ``node``, whatever its shape."""
    given = next(iter(children(node)), None)
    while given is not None and operation(given) in _BETWEEN:
        given = next(iter(children(given)), None)
    return given


def _share_of_zeros(mask: Tensor | None) -> float | None:
    """How much of a mask is zero, None of what is none: other numbers, or nearly nothing masked."""
    if mask is None or mask.numel() < 2 or not bool(((mask == 0) | (mask == 1)).all()):
        return None
    share = float((mask == 0).float().mean())
    return share if _FEWEST <= share <= 1 - _FEWEST else None
