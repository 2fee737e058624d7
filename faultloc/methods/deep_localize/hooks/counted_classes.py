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

    ``is_a_label_a_sample`` says that each sample has one label, as no sequence has; ``lies_among_pixels`` that what is
    left out lies between the pixels of a picture that count, as no padding does.
    """

    counted: Tensor
    left_out: Tensor
    is_a_label_a_sample: bool
    lies_among_pixels: bool = False


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
        is_a_label_a_sample = _is_a_label_a_sample(term, target, outputs)
        return ClassCounts(self._counts[0], self._counts[1], is_a_label_a_sample, lies_among_pixels(counts))


def lies_among_pixels(counts: Tensor) -> bool:
    """Whether in most pictures (N, H, W) places that do not count stand before, behind and between those that do.

    Padding stands on one side of each row, or around a rectangle that has no holes.
    """
    if counts.dim() != 3:
        return False
    up_to, from_here = counts.cummax(2).values, counts.flip(2).cummax(2).values.flip(2)
    before, behind = (~up_to & from_here).any(2).any(1), (up_to & ~from_here).any(2).any(1)
    rectangle = counts.any(2, keepdim=True) & counts.any(1, keepdim=True)
    has_holes = (rectangle & ~counts).any(2).any(1)
    return bool((before & behind & has_holes).float().mean() > 0.5)


def _is_a_label_a_sample(term: LossTerm, target: Tensor, outputs: Sequence[Tensor]) -> bool:
    """Whether the model gives one row of scores for each sample, and the loss takes it as it is."""
    return target.dim() == 1 and any(
        output.dim() == 2 and output.grad_fn is not None and past_shaping(output.grad_fn) is term.source
        for output in outputs
    )
