"""How many targets of each class count in the loss, and how many do not."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from faultloc.methods.deep_localize.hooks.autograd_walk import past_shaping
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_LOOKS = 4
_CLASSES = ("cross_entropy", "nll", "categorical")


@dataclass(frozen=True)
class ClassCounts:
    """Numbers of targets by class, ``counted`` in the loss and ``left_out`` of it.

    ``is_a_label_a_sample`` says that each sample has one label, as no sequence has.
    """

    counted: Tensor
    left_out: Tensor
    is_a_label_a_sample: bool


class CountedClasses:
    """The counts of the first four looks together."""

    def __init__(self) -> None:
        self._looks = 0
        self._counts: Tensor | None = None

    def look(self, term: LossTerm, target: Tensor, outputs: Sequence[Tensor]) -> ClassCounts | None:
        """The counts once four looks are there, only then; None also where the loss is not one over classes."""
        predicted, weight = term.prediction, term.weight
        if self._looks >= _LOOKS or term.kind not in _CLASSES or predicted is None or not term.counting.is_known:
            return None
        if target.is_floating_point() or target.dim() != predicted.dim() - 1 or predicted.dim() < 2:
            return None
        counts = torch.ones_like(target, dtype=torch.bool) if weight is None else (weight > 0).expand(target.shape)
        real = (target >= 0) & (target < predicted.shape[1])
        labels = [target[real & which].flatten() for which in (counts, ~counts)]
        seen = torch.stack([torch.bincount(each, minlength=predicted.shape[1]) for each in labels])
        if self._counts is not None and self._counts.shape != seen.shape:
            self._looks = _LOOKS
            return None
        self._counts = seen if self._counts is None else self._counts + seen
        self._looks += 1
        if self._looks < _LOOKS:
            return None
        return ClassCounts(self._counts[0], self._counts[1], _is_a_label_a_sample(term, target, outputs))


def _is_a_label_a_sample(term: LossTerm, target: Tensor, outputs: Sequence[Tensor]) -> bool:
    """Whether the model gives one row of scores for each sample, and the loss takes it as it is."""
    return target.dim() == 1 and any(
        output.dim() == 2 and output.grad_fn is not None and past_shaping(output.grad_fn) is term.source
        for output in outputs
    )
