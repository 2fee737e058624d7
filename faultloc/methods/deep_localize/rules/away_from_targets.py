"""A likeness of outputs and targets that the loss makes small: its sign is the wrong way round.

Three are known by their shape in the graph, where one of them is the whole loss: the logarithms of the labels'
probabilities, the cosine to a constant, and the overlap with a mask over the sum of both (Dice, or over their union).
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.loss_graph import sides_of

_SCALING = ("Mean", "Neg", "Rsub", "Sub", "Add", "Mul", "Div", "Log", "Sum")
_MOST_STEPS, _MOST_NODES, _FEWEST, _UNIT, _ALIKE = 20, 12, 4, 1e-3, 1e-3
_SLACK, _OUTSIDE = 1e-3, 0.05


def check_away_from_targets(loss: Tensor, outputs: Sequence[Tensor]) -> Iterator[Symptom]:
    """A symptom where the loss is such a likeness, or grows with it and hangs on nothing else.

    And where an overlap is taken of raw ``outputs``, of either sign, which are no shares of anything.
    """
    node = loss.grad_fn
    for _ in range(_MOST_STEPS):
        if node is None:
            return
        likeness = _likeness(node)
        if likeness:
            pull = _pull(loss, node)
            if pull is not None and pull > 0:
                yield Symptom(
                    "loss.away_from_targets", LOSS, pull, 0,
                    f"the loss grows with {likeness}, so that training makes the outputs unlike their targets: its "
                    "sign is the wrong way round",
                )  # fmt: skip
            elif operation(node) == "Div":
                yield from _of_raw_outputs(node, outputs)
            return
        behind = children(node)
        is_scaled = operation(node) in _SCALING and len(behind) == 1
        node = behind[0] if is_scaled else _past_one_shape(node)


def _of_raw_outputs(node: Node, outputs: Sequence[Tensor]) -> Iterator[Symptom]:
    summed = _masked_sum(node)
    behind = None if summed is None else past_shaping(next(iter(children(summed)), None), clipping=False)
    for output in outputs:
        if output.grad_fn is None or past_shaping(output.grad_fn, clipping=False) is not behind:
            continue
        outside = float(((output < -_SLACK) | (output > 1 + _SLACK)).float().mean())
        if outside > _OUTSIDE:
            yield Symptom(
                "loss.no_probability", LOSS, outside, _OUTSIDE,
                f"an overlap with a mask takes shares of 0 to 1, and {outside:.0%} of the outputs that it is given lie "
                "outside",
                advice="take the sigmoid first: probabilities = outputs.sigmoid(), or the softmax of several classes",
            )  # fmt: skip
        return


def _past_one_shape(node: Node) -> Node | None:
    behind = past_shaping(node)
    return None if behind is node else behind


def _likeness(node: Node) -> str:
    """What ``node`` gives, in words; empty where it is none of the likenesses."""
    name = operation(node)
    if name in ("Gather", "Index"):
        behind = past_shaping(next(iter(children(node)), None))
        chosen = saved(node, "index") if name == "Gather" else None
        is_one_each = chosen is None or chosen.shape[-1] == 1 or chosen.dim() == 1
        is_log = behind is not None and operation(behind) == "LogSoftmax"
        return "the logarithms of the labels' probabilities" if is_log and is_one_each else ""
    if name == "Sum":
        return "the cosine of outputs and targets" if _is_cosine(node) else ""
    if name == "Div" and None not in sides_of(node):
        return "the overlap of outputs and targets" if _is_overlap(node) else ""
    return ""


def _is_cosine(node: Node) -> bool:
    """Whether rows of length 1, of which those of one side are constants, are multiplied and added up."""
    product = past_shaping(next(iter(children(node)), None))
    axes = getattr(node, "_saved_dim", None)
    constant = constant_side(product) if product is not None and operation(product) == "Mul" else None
    if constant is None or product is None or axes is None or len(axes) != 1 or constant.dim() < 2:
        return False
    lengths = constant.float().norm(dim=_signed(axes[0]))
    behind = past_shaping(next(iter(children(product)), None))
    is_divided = behind is not None and operation(behind) == "Div" and _has(behind, "LinalgVectorNorm")
    return is_divided and bool((lengths - 1).abs().max() < _UNIT)


def _is_overlap(node: Node) -> bool:
    """Whether a sum of outputs times a constant of 0 to 1 is divided by a sum in which the outputs are alone."""
    _, below = sides_of(node)
    summed = _masked_sum(node)
    mask = None if summed is None else constant_side(summed)
    if mask is None or bool((mask < 0).any()) or bool((mask > 1).any()):
        return False
    return below is not None and operation(below) in ("Add", "Sub") and _has(below, "Sum")


def _masked_sum(node: Node) -> Node | None:
    """The product of outputs and a constant of several values whose sum a quotient has above its line."""
    above, _ = sides_of(node)
    summed = past_shaping(above)
    for _ in range(3):
        if summed is None or operation(summed) not in ("Add", "Mul", "Sum") or len(children(summed)) != 1:
            return None
        constant = constant_side(summed) if operation(summed) == "Mul" else None
        if constant is not None and constant.numel() >= _FEWEST:
            return summed
        summed = past_shaping(children(summed)[0])
    constant = constant_side(summed) if summed is not None and operation(summed) == "Mul" else None
    return summed if constant is not None and constant.numel() >= _FEWEST else None


def _has(node: Node, name: str) -> bool:
    return any(operation(one) == name for one, _ in walk(node, most=_MOST_NODES))


def _signed(axis: int) -> int:
    return axis - 2**64 if axis >= 2**63 else axis


def _pull(loss: Tensor, node: Node) -> float | None:
    """By how much the loss grows with what ``node`` gives; None where that differs from one value to the next.

    What is weighed by numbers that differ is a return or an advantage, and what is masked does not count.
    """
    try:
        (gradient,) = torch.autograd.grad(loss, [GradientEdge(node, 0)], retain_graph=True, allow_unused=True)
    except RuntimeError:
        return None
    if gradient is None or not gradient.numel():
        return None
    counting = gradient[gradient != 0].float()
    if not counting.numel() or float(counting.max() - counting.min()) > _ALIKE * float(counting.abs().max()):
        return None
    return float(counting.mean())
