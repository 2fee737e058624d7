"""Class weights that a loss written by hand multiplies its samples by, as a focal loss does: ``alpha[labels]``."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import operation, saved, walk
from faultloc.methods.deep_localize.hooks.hand_written_terms import constant_side
from faultloc.methods.deep_localize.rules.class_weights import rising_weights

_LOOKS, _FEWEST, _MOST_NODES, _MOST_CLASSES = 5, 120, 300, 1000


class WeightsByHand:
    """How often each class was seen in the first five looks, and the factor that all samples of a class have."""

    def __init__(self) -> None:
        self._counts, self._weights = torch.zeros(_MOST_CLASSES), torch.zeros(_MOST_CLASSES)
        self._looks = 0

    def look(self, loss: Tensor) -> Iterator[Symptom]:
        """A symptom at the fifth look, where the factors rise with how common a class is."""
        if self._looks >= _LOOKS or loss.grad_fn is None:
            return
        self._looks += 1
        nodes = [node for node, _ in walk(loss.grad_fn, most=_MOST_NODES)]
        labels = next((found for node in nodes if (found := _labels_of(node)) is not None), None)
        each = [] if labels is None else [_factors_of(node, labels) for node in nodes]
        factors = next((found for found in each if found is not None), None)
        if labels is None or factors is None:
            self._looks = _LOOKS
            return
        weights = torch.zeros(_MOST_CLASSES).scatter_(0, labels, factors)
        is_new = (self._weights == 0) & (weights > 0)
        if not bool(torch.isclose(self._weights, weights)[(weights > 0) & ~is_new].all()):
            self._looks = _LOOKS  # they are no weights of classes: those stay as they are
            return
        self._weights = torch.where(is_new, weights, self._weights)
        self._counts += torch.bincount(labels, minlength=_MOST_CLASSES)
        if self._looks == _LOOKS and self._counts.sum() >= _FEWEST:
            yield from rising_weights(self._counts, self._weights)


def _labels_of(node: Node) -> Tensor | None:
    """The class of each sample that ``node`` picks a score by."""
    name = {"Gather": "index", "NllLoss": "target", "NllLossNd": "target"}.get(operation(node))
    labels = None if name is None else saved(node, name)
    if labels is None or labels.is_floating_point() or labels.numel() < 2 or labels.numel() != len(labels):
        return None
    labels = labels.flatten().cpu()
    return labels if int(labels.min()) >= 0 and int(labels.max()) < _MOST_CLASSES else None


def _factors_of(node: Node, labels: Tensor) -> Tensor | None:
    """What ``node`` multiplies each sample by, where that is one positive number for each class and not for all."""
    factors = constant_side(node) if operation(node) == "Mul" else None
    if factors is None or not factors.is_floating_point() or factors.numel() != len(labels):
        return None
    factors = factors.flatten().float().cpu()
    of_class = torch.zeros(_MOST_CLASSES).scatter_(0, labels, factors)
    is_one_each = bool(torch.isclose(of_class[labels], factors).all())
    is_positive = bool((factors > 0).all())
    return factors if is_one_each and is_positive and not bool(torch.isclose(factors, factors[0]).all()) else None
