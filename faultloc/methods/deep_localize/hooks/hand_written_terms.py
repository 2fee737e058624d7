"""Losses written by hand, recognised by their shape in the graph.

A product with a logarithm is a cross-entropy, the square or the absolute value of a difference a regression, a constant
less a product with a distribution a Kullback-Leibler divergence.
"""

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import children, is_clipping, operation, past_shaping, saved
from faultloc.methods.deep_localize.hooks.loss_term import LossKind, LossTerm
from faultloc.methods.deep_localize.hooks.softmax import axis_of_softmax, softmax_axis

_REDUCTIONS = {"Mean", "Sum", "NllLoss", "NllLoss2D", "MseLoss", "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"}
_SOFT, _ROW_SUM = 0.01, 1e-3


def constant_side(node: Node) -> Tensor | None:
    """The constant that ``node``, a product, multiplies by; None where it keeps none, or both sides have a history."""
    sides = [side for side, _ in node.next_functions]
    if len(sides) != 2 or (sides[0] is None) == (sides[1] is None):
        return None
    return saved(node, "self" if sides[0] is None else "other")


def past_offset(node: Node | None) -> Node | None:
    """``node`` without the clipping and the small number that guard a logarithm, as in ``log(p + 1e-8)``."""
    node = past_shaping(node)
    while node is not None and operation(node) in ("Add", "Sub") and len(children(node)) == 1:
        node = past_shaping(children(node)[0])
    return node


def hand_written_entropy(node: Node) -> LossTerm | None:
    """``y * log(p)``; with soft targets also that of ``torch.nn``, ``y * log_softmax(z)``.

    A product with what has no sign of its own, as an advantage, is none.
    """
    logarithm = next((part for part in map(past_shaping, children(node)) if _is_logarithm(part)), None)
    if logarithm is None:
        return _with_logarithms_as_targets(node)
    target = constant_side(node)
    if target is None or is_log_of_complement(node) or (target.is_floating_point() and _is_negative(target)):
        return None
    if operation(logarithm) == "LogSoftmax":
        return _of_log_softmax(logarithm, target)
    return of_probabilities(logarithm, target)


def _is_negative(values: Tensor) -> bool:
    return bool(values.numel()) and bool(values.min() < 0)


def _of_log_softmax(logarithm: Node, target: Tensor | None) -> LossTerm:
    inner = children(logarithm)
    return LossTerm(
        "cross_entropy",
        past_shaping(inner[0]) if inner else None,
        saved(logarithm, "result"),
        target,
        runs_over_samples=softmax_axis(logarithm) == 0,
        class_axis=axis_of_softmax(logarithm),
    )


def _with_logarithms_as_targets(node: Node) -> LossTerm | None:
    """``exp(t) * (t - log_softmax(z))``: KLDivLoss with ``log_target=True``."""
    factor = constant_side(node)
    apart = next(iter(children(node)), None)
    if factor is None or apart is None or operation(apart) != "Sub" or apart.next_functions[0][0] is not None:
        return None
    behind = past_shaping(next(iter(children(apart)), None))
    if behind is None or not _is_distribution(factor):
        return None
    return _of_log_softmax(behind, factor) if operation(behind) == "LogSoftmax" else None


def of_probabilities(logarithm: Node, target: Tensor | None) -> LossTerm:
    """The cross-entropy whose logarithm of probabilities is ``logarithm``; they are those before clipping."""
    inner = children(logarithm)
    behind = past_offset(inner[0]) if inner else None
    probabilities = saved(inner[0], "self") if inner and is_clipping(inner[0]) else None
    probabilities = saved(logarithm, "self") if probabilities is None else probabilities
    # Keras divides each row by its sum first, and clips what comes of it: whoever divides by hand has probabilities.
    if behind is not None and operation(behind) == "Div" and inner and is_clipping(inner[0]):
        before = saved(behind, "self")
        probabilities = probabilities if before is None else before
        behind = past_shaping(children(behind)[0])
    return LossTerm("categorical", behind, probabilities, target, class_axis=axis_of_softmax(behind))


def hand_written_difference(node: Node, kind: LossKind) -> LossTerm | None:
    """The square (also as a product with itself), the absolute value or the norm of a difference from a target."""
    parts = children(node)
    if not parts or operation(parts[0]) != "Sub":
        return None
    exponent = getattr(node, "_saved_exponent", 2)
    if (operation(node) == "Mul" and (len(parts) != 2 or parts[0] is not parts[1])) or exponent != 2:
        return None
    first, second = ([side for side, _ in parts[0].next_functions] + [None])[:2]
    if (first is None) == (second is None):
        return None  # both sides come from the model: no target
    apart = saved(node, "self")
    behind = past_shaping(first or second)
    if apart is not None and apart.numel() == 1 and behind is not None and operation(behind) in _REDUCTIONS:
        return None  # a loss less a number, as in flooding
    if apart is not None and first is None:  # target less prediction
        apart = -apart
    return LossTerm(kind, behind, difference=apart)


def divergence(node: Node) -> LossTerm | None:
    """``t log t - t * x``, KLDivLoss, where ``x`` is no logarithm; and where what is given first is the target."""
    if operation(node) != "Sub" or len(node.next_functions) != 2:
        return None
    first, product = (side for side, _ in node.next_functions)
    if product is None or operation(product) != "Mul":
        return None
    given, behind = constant_side(product), past_shaping(next(iter(children(product)), None))
    if given is None or behind is None or not _is_distribution(given):
        return None
    if first is None:
        if _is_logarithm(behind) or not _is_soft(given):
            return None
        return LossTerm("divergence", behind, saved(behind, "result"), given, class_axis=axis_of_softmax(behind))
    if operation(first) == "Xlogy":
        return LossTerm("divergence_swapped", behind, None, given)
    return None


def _is_distribution(values: Tensor) -> bool:
    """Whether every row holds probabilities that sum to 1, over the last axis or the second."""
    if not values.is_floating_point() or values.dim() < 2 or not values.numel() or bool(values.min() < 0):
        return False
    axes = [axis for axis in {1, values.dim() - 1} if values.shape[axis] > 1]
    return any(bool((values.float().sum(axis) - 1).abs().max() < _ROW_SUM) for axis in axes)


def _is_soft(values: Tensor) -> bool:
    return bool(((values > _SOFT) & (values < 1 - _SOFT)).any())


def is_normalised_first(node: Node) -> bool:
    """Whether ``node`` is the logarithm of clipped quotients: what Keras makes of its sparse cross-entropy."""
    inner = children(node)
    if operation(node) != "Log" or not inner or not is_clipping(inner[0]):
        return False
    quotient = past_shaping(inner[0])
    return quotient is not None and operation(quotient) == "Div"


def is_log_of_complement(node: Node) -> bool:
    """Whether ``node`` is ``log(1 - p)``, or a product with it."""
    for part in (node, *children(node)):
        if operation(part) != "Log":
            continue
        inner = past_offset(next(iter(children(part)), None))
        if inner is not None and (operation(inner) == "Rsub" or _is_constant_less(inner)):
            return True
    return False


def _is_constant_less(node: Node) -> bool:
    sides = node.next_functions
    return operation(node) == "Sub" and len(sides) == 2 and sides[0][0] is None and sides[1][0] is not None


def with_complement(term: LossTerm, other: Tensor | None) -> tuple[LossTerm, Tensor | None]:
    """The binary cross-entropy whose halves multiply ``term.target`` and ``other``, and the weight of each value.

    ``w * y`` and ``v * (1 - y)``, as where yes counts more than no, are the target ``w y / (w y + v (1 - y))`` with the
    weight ``w y + v (1 - y)``.
    """
    yes = term.target
    if yes is None or other is None or yes.shape != other.shape or _is_negative(yes) or _is_negative(other):
        return term, None
    both = yes.float() + other.float()
    target = torch.where(both > 0, yes / both.clamp_min(1e-12), torch.zeros_like(both))
    is_even = bool((both - both.flatten()[0]).abs().max() <= 1e-6) if both.numel() else True
    return LossTerm("bce", term.source, term.prediction, target), None if is_even else both


def _is_logarithm(node: Node | None) -> bool:
    return node is not None and operation(node) in ("Log", "LogSoftmax")
