"""Which loss a training step uses, on which predictions and against which targets, read from the loss's own graph.

Losses of ``torch.nn`` are recognised by their node, those written by hand by their shape: a product with a logarithm
is a cross-entropy, the square or the absolute value of a difference a regression.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

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

LossKind = Literal["cross_entropy", "nll", "categorical", "bce", "bce_logits", "squared", "absolute"]

_MOST_NODES = 80


@dataclass(frozen=True)
class LossTerm:
    """One term of a loss.

    ``prediction`` is what the term is computed from: logarithms of probabilities for ``cross_entropy`` (log-softmax and
    the likelihood) and ``nll``; probabilities for ``bce`` and ``categorical`` (a cross-entropy written by hand), before
    they were clipped. ``target`` is what it is compared with. Either is None where the graph does not keep it.
    ``activation`` is the operation that gave the prediction (for ``cross_entropy``: what log-softmax was given), and
    ``source`` its node. ``difference`` is prediction less target, of a regression written by hand.
    ``is_whole_loss`` says that nothing is added to the term, ``runs_over_samples`` that a softmax was taken over the
    batch's samples, not the classes.
    """

    kind: LossKind
    source: Node | None
    prediction: Tensor | None = None
    target: Tensor | None = None
    difference: Tensor | None = None
    is_whole_loss: bool = False
    runs_over_samples: bool = False

    @property
    def activation(self) -> str:
        """The operation's name, for example ``Softmax``; empty where there is none."""
        return "" if self.source is None else operation(self.source)


def loss_terms(loss: Tensor, outputs: Collection[Node]) -> list[LossTerm]:
    """The terms of ``loss`` that are recognised, nearest first; none for a loss of another kind.

    ``outputs`` are the nodes that gave the model's outputs: behind them is the model, not the loss.
    """
    if loss.grad_fn is None:
        return []
    found: list[LossTerm] = []
    behind: set[Node] = set()
    is_sum = has_complement = False
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES):
        if node in behind:
            behind.update(children(node))
            continue
        if node in outputs and node is not loss.grad_fn:
            behind.update(children(node))
        has_complement |= _is_log_of_complement(node)
        term = _term(node)
        if term is not None:
            found.append(term)
            behind.update(children(node))
        elif operation(node) in ("Add", "Sub", "Stack", "Cat"):
            is_sum = True
    if has_complement:  # log(1 - p) beside log(p): a binary cross-entropy, whose two halves are one term
        found = [replace(term, kind="bce") if term.kind == "categorical" else term for term in found]
        is_sum = False
    alone = len(found) == 1 and not is_sum
    return [replace(term, is_whole_loss=alone) for term in found]


def _term(node: Node) -> LossTerm | None:
    name = operation(node)
    if name in ("NllLoss", "NllLoss2D", "NllLossNd"):
        behind = past_shaping(children(node)[0])
        if behind is not None and _is_normalised_first(behind):
            return _of_probabilities(behind, saved(node, "target"))
        return _made("cross_entropy" if _is_log_softmax(behind) else "nll", node)
    if name in ("BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"):
        return _made("bce" if name == "BinaryCrossEntropy" else "bce_logits", node)
    if name in ("MseLoss", "SmoothL1Loss", "HuberLoss"):
        return _made("squared" if name == "MseLoss" else "absolute", node)
    if name == "Mul":
        return _hand_written_entropy(node)
    if name in ("Pow", "Abs"):
        return _hand_written_difference(node, "squared" if name == "Pow" else "absolute")
    return None


def _made(kind: LossKind, node: Node) -> LossTerm:
    behind = past_shaping(children(node)[0])
    over_samples = softmax_axis(behind) == 0
    if kind == "cross_entropy":  # what matters is what log-softmax was given
        behind = past_shaping(children(behind)[0]) if behind is not None and children(behind) else None
    return LossTerm(kind, behind, saved(node, "self"), saved(node, "target"), runs_over_samples=over_samples)


def _hand_written_entropy(node: Node) -> LossTerm | None:
    """``y * log(p)``; with soft targets also that of ``torch.nn``, ``y * log_softmax(z)``."""
    logarithm = next((part for part in map(past_shaping, children(node)) if _is_logarithm(part)), None)
    if logarithm is None or _is_log_of_complement(node):
        return None
    other = saved(node, "self")
    target = other if other is not None else saved(node, "other")
    if operation(logarithm) == "LogSoftmax":
        inner = children(logarithm)
        behind = past_shaping(inner[0]) if inner else None
        over_samples = softmax_axis(logarithm) == 0
        return LossTerm("cross_entropy", behind, saved(logarithm, "result"), target, runs_over_samples=over_samples)
    return _of_probabilities(logarithm, target)


def _of_probabilities(logarithm: Node, target: Tensor | None) -> LossTerm:
    """The cross-entropy whose logarithm of probabilities is ``logarithm``; they are those before clipping."""
    inner = children(logarithm)
    behind = past_shaping(inner[0]) if inner else None
    probabilities = saved(inner[0], "self") if inner and is_clipping(inner[0]) else None
    probabilities = saved(logarithm, "self") if probabilities is None else probabilities
    if behind is not None and operation(behind) == "Div":  # Keras divides each row by its sum first
        before = saved(behind, "self")
        probabilities = probabilities if before is None else before
        behind = past_shaping(children(behind)[0])
    return LossTerm("categorical", behind, probabilities, target)


def _is_normalised_first(node: Node) -> bool:
    """Whether ``node`` is the logarithm of clipped quotients: what Keras makes of its sparse cross-entropy."""
    inner = children(node)
    if operation(node) != "Log" or not inner or not is_clipping(inner[0]):
        return False
    quotient = past_shaping(inner[0])
    return quotient is not None and operation(quotient) == "Div"


def _hand_written_difference(node: Node, kind: LossKind) -> LossTerm | None:
    parts = children(node)
    if not parts or operation(parts[0]) != "Sub":
        return None
    first, second = (parts[0].next_functions[side][0] for side in (0, 1))
    if (first is None) == (second is None):
        return None  # both sides come from the model: no target
    apart = saved(node, "self")
    if apart is not None and first is None:  # target less prediction
        apart = -apart
    return LossTerm(kind, past_shaping(first or second), difference=apart)


def _is_log_of_complement(node: Node) -> bool:
    """Whether ``node`` is ``log(1 - p)``, or a product with it."""
    for part in (node, *children(node)):
        if operation(part) == "Log" and any(operation(inner) == "Rsub" for inner in children(part)):
            return True
    return False


def _is_log_softmax(node: Node | None) -> bool:
    return node is not None and operation(node) == "LogSoftmax"


def _is_logarithm(node: Node | None) -> bool:
    return node is not None and operation(node) in ("Log", "LogSoftmax")


def softmax_axis(node: Node | None) -> int | None:
    """The axis over which ``node`` takes a softmax of several rows; None if it takes none."""
    if node is None or operation(node) not in ("Softmax", "LogSoftmax"):
        return None
    result, axis = saved(node, "result"), getattr(node, "_saved_dim", None)
    if result is None or axis is None or result.dim() < 2 or len(result) < 2:
        return None
    return (axis - 2**64 if axis >= 2**63 else axis) % result.dim()  # kept as an unsigned number
