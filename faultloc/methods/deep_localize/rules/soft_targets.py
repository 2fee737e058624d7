"""Targets that are shares of classes the wrong way round: the smallest for one class, not the largest."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side

_FEWEST_CLASSES, _FEWEST_ROWS, _EQUAL = 3, 4, 1e-4


def check_soft_targets(nodes: Sequence[Node], target: Tensor | None, kind: str | None) -> Iterator[Symptom]:
    """A symptom where every row of a target (sample, class) has one class with less than the others, all even.

    ``target`` is that of the loss's only term of kind ``kind``; a factor of a log-softmax among ``nodes`` is one too.
    """
    for node in nodes:
        if kind is not None or operation(node) != "Mul":
            continue
        factor = constant_side(node)
        if factor is not None and any(operation(one) == "LogSoftmax" for one in children(node)):
            target, kind = factor.abs(), "cross_entropy"
    if kind in ("cross_entropy", "categorical", "nll", "divergence") and target is not None:
        yield from _least_for_one(target)


def _least_for_one(target: Tensor) -> Iterator[Symptom]:
    if target.dim() != 2 or not target.is_floating_point():
        return
    rows, classes = target.shape
    if rows < _FEWEST_ROWS or classes < _FEWEST_CLASSES:
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
