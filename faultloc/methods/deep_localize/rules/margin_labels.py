"""Margin losses that want labels -1 and 1 and are given 0 and 1: the loss of a 0 is a constant, and teaches nothing."""

from collections.abc import Iterator, Sequence

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.autograd_walk import is_clipping, operation, past_shaping, saved
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_FEWEST, _LEAST_SHARE = 4, 0.1


def check_margin_labels(nodes: Sequence[Node]) -> Iterator[Symptom]:
    """The first margin loss among ``nodes`` of a loss whose labels are 0 and 1, or none of -1 and 1."""
    for node in nodes:
        zero = _zeros_of(node)
        if zero is not None and len(zero) >= _FEWEST and _LEAST_SHARE < float(zero.float().mean()) < 1:
            yield Symptom(
                "labels.not_signed", LABELS, int(zero.sum()), 0,
                f"{int(zero.sum())} of {len(zero)} labels are 0 in a loss that multiplies by the label, or asks "
                "whether it is 1 or -1: the loss of these samples is a constant, and no gradient comes from them",
            )  # fmt: skip
            return


def _zeros_of(node: Node) -> Tensor | None:
    """Which samples have the label 0, where all others have 1; None where that is not so, or it is no margin loss."""
    name = operation(node)
    if name == "SoftMarginLoss":
        return _zero_of_zero_and_one(saved(node, "target"))
    if name == "Add":
        return _in_neither(*(past_shaping(side, clipping=False) for side in sides_of(node)))
    if is_clipping(node) or name in ("Relu", "Softplus", "Log1P"):
        return _zero_of_zero_and_one(_factor_before_margin(node))
    return None


def _in_neither(one: Node | None, other: Node | None) -> Tensor | None:
    """Where neither of two conditions holds, as in torch's own losses of pairs: one for 1, another for -1."""
    if one is None or other is None or operation(one) != "Where" or operation(other) != "Where":
        return None
    is_plus, is_minus = saved(one, "condition"), saved(other, "condition")
    # Each is 0 where its condition does not hold.
    are_halves = all(sum(side is None for side in sides_of(where)) == 1 for where in (one, other))
    if is_plus is None or is_minus is None or is_plus.shape != is_minus.shape or not are_halves:
        return None
    if bool((is_plus & is_minus).any()) or not bool((is_plus | is_minus).any()):
        return None
    return ~(is_plus | is_minus).flatten()


def _factor_before_margin(node: Node) -> Tensor | None:
    """The constant by which the output is multiplied before a margin is added to it, or it is subtracted from one."""
    behind = past_shaping(sides_of(node)[0], clipping=False)
    is_margin = False
    for _ in range(4):
        if behind is None:
            return None
        name = operation(behind)
        if name == "Mul" and is_margin:
            return constant_side(behind)
        inner = [side for side in sides_of(behind) if side is not None]
        if name not in ("Rsub", "Add", "Sub", "Neg", "Exp") or len(inner) != 1:
            return None
        is_margin |= name in ("Rsub", "Add", "Sub", "Exp")
        behind = past_shaping(inner[0], clipping=False)
    return None


def _zero_of_zero_and_one(labels: Tensor | None) -> Tensor | None:
    if labels is None or labels.dim() not in (1, 2) or labels.numel() != len(labels):
        return None
    flat = labels.detach().flatten()
    is_zero = flat == 0
    # As they are, or all with a minus before them.
    is_one = (flat == 1) if bool((flat >= 0).all()) else (flat == -1)
    return is_zero if bool((is_zero | is_one).all()) and bool(is_one.any()) else None
