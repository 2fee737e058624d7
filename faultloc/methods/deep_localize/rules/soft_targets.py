"""Targets that are shares of classes the wrong way round: the smallest for one class, not the largest."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_FEWEST_CLASSES, _FEWEST_ROWS, _EQUAL = 3, 4, 1e-4
_OTHER_TERMS = ("Add", "NllLoss", "MseLoss", "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits")


def check_soft_targets(nodes: Sequence[Node], target: Tensor | None, term: LossTerm | None) -> Iterator[Symptom]:
    """A symptom where every row of a target (sample, class) has one class with less than the others, all even.

    ``term`` is the loss's only one that is recognised and ``target`` its target; where there is none, a factor of the
    only log-softmax among ``nodes`` is one too. A target with the same share for every class counts where it is all
    that the loss asks for.
    """
    is_whole = term is not None and term.is_whole_loss
    kind = None if term is None else term.kind
    if term is None:
        factors = [constant_side(node) for node in nodes if _is_product_with_logarithms(node)]
        logarithms = [node for node in nodes if operation(node) == "LogSoftmax"]
        if len(factors) == len(logarithms) == 1 and factors[0] is not None:
            target, kind = factors[0].abs(), "cross_entropy"
            is_whole = not any(operation(node) in _OTHER_TERMS for node in nodes)
    if kind in ("cross_entropy", "categorical", "nll", "divergence") and target is not None:
        yield from _least_for_one(target, is_whole=is_whole)


def _is_product_with_logarithms(node: Node) -> bool:
    return operation(node) == "Mul" and any(operation(one) == "LogSoftmax" for one in children(node))


def _least_for_one(target: Tensor, *, is_whole: bool) -> Iterator[Symptom]:
    if target.dim() != 2 or not target.is_floating_point():
        return
    rows, classes = target.shape
    if rows < _FEWEST_ROWS or classes < _FEWEST_CLASSES:
        return
    if is_whole and bool((target - target.flatten()[0]).abs().max() < _EQUAL) and bool(target.min() > 0):
        yield Symptom(
            "labels.smoothing", LABELS, float(target[0, 0]), 1,
            f"the target of each sample gives each of {classes} classes the same share, {float(target[0, 0]):.2g}: "
            "nothing tells the classes apart",
        )  # fmt: skip
        return
    ordered = target.detach().float().sort(1).values
    least, others = ordered[:, 0], ordered[:, 1:]
    is_even = (others[:, -1] - others[:, 0]).abs().max() < _EQUAL
    if bool(is_even) and bool((least < others[:, 0] - 10 * _EQUAL).all()) and bool(torch.all(least >= 0)):
        yield Symptom(
            "labels.smoothing", LABELS, float(least[0]), float(others[0, 0]),
            f"the target of each sample gives one class {float(least[0]):.2g} and every other "
            f"{float(others[0, 0]):.2g}: the model is taught that it is none but this one",
        )  # fmt: skip
