"""A clipped policy objective that takes the better of two values, where it is to take the worse.

Source: Schulman et al., "Proximal Policy Optimization Algorithms", 2017, equation 7: the smaller of the two is made
large, or the larger of their negatives small.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_CLIPS = ("Clamp", "ClampMin", "ClampMax")


def check_policy_clip(loss: Tensor, nodes: Sequence[Node]) -> Iterator[Symptom]:
    """A symptom where the loss falls with the larger of ``ratio * a`` and ``clip(ratio) * a``.

    Or where it grows with the smaller.
    """
    for node in nodes:
        is_larger = operation(node) == "Maximum"
        if not (is_larger or operation(node) == "Minimum") or not _compares_clipped(node):
            continue
        try:
            (pull,) = torch.autograd.grad(loss, [GradientEdge(node, 0)], retain_graph=True, allow_unused=True)
        except RuntimeError:
            return
        if pull is None or not pull.numel() or bool((pull > 0).any()) == bool((pull < 0).any()):
            return
        if bool((pull < 0).any()) == is_larger:
            yield Symptom(
                "loss.policy_clip", LOSS, float(pull.float().mean()), 0,
                f"of two products with the advantage, of the ratio and of the ratio clipped, the loss makes the "
                f"{'larger one large' if is_larger else 'smaller one small'}: nothing holds the policy back",
            )  # fmt: skip
        return


def _compares_clipped(node: Node) -> bool:
    """Whether both sides are products with the same constants, of a ratio and of the same ratio clipped."""
    sides = [past_shaping(side, clipping=False) for side in sides_of(node)]
    products = [one for one in sides if one is not None and operation(one) == "Mul"]
    if len(products) < len(sides) or not sides:
        return False
    constants = [constant_side(one) for one in products]
    first, second = constants
    if first is None or second is None or not torch.equal(first, second):
        return False
    inner = [past_shaping(next(iter(children(one)), None), clipping=False) for one in products]
    clipped = [one is not None and operation(one) in _CLIPS for one in inner]
    behind = [past_shaping(one) for one in inner]
    return sum(clipped) == 1 and behind[0] is behind[1] is not None
