"""Which loss a training step uses, on which predictions and against which targets, read from the loss's own graph.

Losses of ``torch.nn`` are recognised by their node, those written by hand by their shape (``hand_written_terms``).
"""

from collections.abc import Collection
from dataclasses import replace

from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import (
    children,
    is_clipping,
    operation,
    past_shaping,
    saved,
    walk,
)
from faultloc.methods.deep_localize.hooks.hand_written_terms import (
    constant_side,
    divergence,
    hand_written_difference,
    hand_written_entropy,
    is_log_of_complement,
    is_normalised_first,
    of_probabilities,
    past_offset,
    with_complement,
)
from faultloc.methods.deep_localize.hooks.loss_term import LossKind, LossTerm
from faultloc.methods.deep_localize.hooks.loss_weights import UNKNOWN, Counting, counting, inner_weight
from faultloc.methods.deep_localize.hooks.softmax import softmax_axis

_MOST_NODES = 80


def loss_terms(loss: Tensor, outputs: Collection[Node]) -> list[LossTerm]:
    """The terms of ``loss`` that are recognised, nearest first; none for a loss of another kind.

    ``outputs`` are the nodes that gave the model's outputs: behind them is the model, not the loss.
    """
    if loss.grad_fn is None:
        return []
    found: list[tuple[LossTerm, Node]] = []
    complements: list[Node] = []
    behind: set[Node] = set()
    is_sum = has_complement = False
    furthest = 0
    for node, distance in walk(loss.grad_fn, most=_MOST_NODES):
        if distance > furthest + 1:
            break  # all of those nearer are behind a term, and so is whatever follows
        if node in behind:
            behind.update(children(node))
            continue
        furthest = distance
        if node in outputs and node is not loss.grad_fn:
            behind.update(children(node))
        if is_log_of_complement(node):
            has_complement = True
            if operation(node) == "Mul":
                complements.append(node)
        term = _term(node)
        if term is not None:
            found.append((term, node))
            behind.update(children(node))
        elif operation(node) in ("Add", "Sub", "Stack", "Cat"):
            is_sum = True
    if has_complement:  # log(1 - p) beside log(p): a binary cross-entropy, whose two halves are one term
        found = [(replace(term, kind="bce") if term.kind == "categorical" else term, node) for term, node in found]
        is_sum = False
    found = [(term, node) for term, node in found if term.kind != "categorical" or _has_classes(term)]
    if len(found) != 1:
        return [replace(term, node=node) for term, node in found]
    whole = replace(found[0][0], node=found[0][1], is_whole_loss=not is_sum)
    return [_of_two_halves(loss, whole, complements) if has_complement else _counted(loss, whole)]


def trains_alone(term: LossTerm, loss: Tensor) -> bool:
    """Whether no gradient gets to any parameter past what the term was computed from, as that of a penalty would."""
    if term.is_whole_loss or loss.grad_fn is None:
        return True
    seen, waiting = {loss.grad_fn, term.source}, [loss.grad_fn]
    while waiting:
        for child in children(waiting.pop()):
            if hasattr(child, "variable"):
                return False
            if child not in seen:
                if len(seen) > _MOST_NODES:
                    return False
                seen.add(child)
                waiting.append(child)
    return True


def _has_classes(term: LossTerm) -> bool:
    """Whether there is an axis of classes: the logarithm of one probability times a return is no cross-entropy."""
    return term.prediction is None or term.prediction.dim() > 1


def _term(node: Node) -> LossTerm | None:
    name = operation(node)
    if name in ("NllLoss", "NllLoss2D", "NllLossNd"):
        behind = past_shaping(children(node)[0])
        if behind is not None and is_normalised_first(behind):
            return of_probabilities(behind, saved(node, "target"))
        return _made("cross_entropy" if behind is not None and operation(behind) == "LogSoftmax" else "nll", node)
    if name in ("BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"):
        return _made("bce" if name == "BinaryCrossEntropy" else "bce_logits", node)
    if name in ("MseLoss", "SmoothL1Loss", "HuberLoss"):
        return _made("squared" if name == "MseLoss" else "absolute", node)
    if name == "Mul":
        return hand_written_entropy(node) or hand_written_difference(node, "squared")
    if name in ("Pow", "Abs"):
        return hand_written_difference(node, "squared" if name == "Pow" else "absolute")
    return divergence(node)


def _made(kind: LossKind, node: Node) -> LossTerm:
    behind = past_shaping(children(node)[0])
    over_samples = softmax_axis(behind) == 0
    if kind == "nll" and behind is not None and operation(behind) == "Log":
        over_samples = softmax_axis(past_offset(next(iter(children(behind)), None))) == 0
    if kind == "cross_entropy":  # what matters is what log-softmax was given
        behind = past_shaping(children(behind)[0]) if behind is not None and children(behind) else None
    prediction = saved(node, "self")
    if kind == "bce" and is_clipping(children(node)[0]):  # Keras' own clips what it is given, probability or not
        before = saved(children(node)[0], "self")
        prediction = prediction if before is None else before
    return LossTerm(
        kind,
        behind,
        prediction,
        saved(node, "target"),
        runs_over_samples=over_samples,
        positive_weight=saved(node, "pos_weight"),
    )


def _counted(loss: Tensor, term: LossTerm) -> LossTerm:
    """The only term of ``loss``, with what its elements count."""
    node = term.node
    if node is None:
        return term
    outer = counting(loss, node)
    if operation(node) == "Mul" and term.kind in ("cross_entropy", "categorical") and not _takes_logarithms(node):
        outer = replace(outer, sign=-outer.sign)  # y * log(p) is to become large
    inner = inner_weight(node, term.target)
    if outer.weight is None or inner is None:
        return replace(term, counting=outer, weight=inner if outer.weight is None else outer.weight)
    return replace(term, counting=outer, weight=outer.weight * inner)


def _takes_logarithms(node: Node) -> bool:
    """Whether the product is that of ``log_target=True``, whose other factor is already a difference."""
    return any(operation(part) == "Sub" for part in children(node))


def _of_two_halves(loss: Tensor, term: LossTerm, complements: list[Node]) -> LossTerm:
    """A binary cross-entropy by hand, with the weights that both halves give."""
    if term.kind != "bce" or term.node is None or operation(term.node) != "Mul" or len(complements) != 1:
        return _counted(loss, term)
    other = constant_side(complements[0])
    halves = [counting(loss, term.node), counting(loss, complements[0])]
    if other is None or term.target is None or not all(half.is_known for half in halves):
        return replace(term, counting=UNKNOWN)
    if halves[0].sign != halves[1].sign:
        return replace(term, counting=UNKNOWN)
    weighed = [
        given * (half.scale if half.weight is None else half.weight)
        for given, half in zip((term.target, other), halves, strict=True)
    ]
    both, weight = with_complement(replace(term, target=weighed[0]), weighed[1])
    if both.target is weighed[0]:  # no pair of y and 1 - y
        return replace(term, counting=UNKNOWN)
    known = Counting(sign=-halves[0].sign)
    return replace(both, node=term.node, is_whole_loss=term.is_whole_loss, counting=known, weight=weight)
