"""Classes, or whole samples, that a loss leaves out though they are there: weights of 0, ignored labels, masks."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue.rule import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import past_shaping
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_LOOKS, _FEWEST, _LEAST_SHARE = 4, 20, 0.02
_CLASSES = ("cross_entropy", "nll", "categorical")


class LeftOut:
    """How many targets of each class count in the loss, and how many do not, over the first looks."""

    def __init__(self) -> None:
        self._looks = 0
        self._counts: Tensor | None = None

    def look(self, term: LossTerm, target: Tensor, outputs: Sequence[Tensor]) -> Iterator[Symptom]:
        """A symptom where all samples of a class are left out, or all that differ from what padding holds."""
        predicted, weight = term.prediction, term.weight
        if self._looks >= _LOOKS or term.kind not in _CLASSES or predicted is None or not term.counting.is_known:
            return
        if target.is_floating_point() or target.dim() != predicted.dim() - 1 or predicted.dim() < 2:
            return
        counts = torch.ones_like(target, dtype=torch.bool) if weight is None else (weight > 0).expand(target.shape)
        classes = predicted.shape[1]
        real = (target >= 0) & (target < classes)
        seen = torch.stack(
            [torch.bincount(target[real & which].flatten(), minlength=classes) for which in (counts, ~counts)]
        )
        if self._counts is not None and self._counts.shape != seen.shape:
            self._looks = _LOOKS
            return
        self._counts = seen if self._counts is None else self._counts + seen
        self._looks += 1
        if self._looks == _LOOKS:
            yield from self._found(self._counts, _is_a_label_a_sample(term, target, outputs))

    def _found(self, counts: Tensor, is_a_label_a_sample: bool) -> Iterator[Symptom]:
        inside, outside = counts
        total = int(counts.sum())
        counted, left = (inside > 0).nonzero().flatten().tolist(), (outside > 0).nonzero().flatten().tolist()
        if len(counted) == 1 and len(left) > 1 and int(outside.sum()) >= _FEWEST and counted[0] not in left:
            yield Symptom(
                "loss.mask_inverted", LOSS, int(outside.sum()), 0,
                f"only targets of class {counted[0]} count in the loss, {int(inside.sum())} of {total}; those of "
                f"{len(left)} other classes are masked out",
            )  # fmt: skip
            return
        missing = [one for one in left if one not in counted and int(outside[one]) > _LEAST_SHARE * total]
        # In a sequence it is padding that is left out, and meant to be.
        if len(missing) == 1 and is_a_label_a_sample and int(outside[missing[0]]) >= _FEWEST // 2:
            yield Symptom(
                "loss.class_left_out", LOSS, int(outside[missing[0]]), 0,
                f"all {int(outside[missing[0]])} of {total} samples whose label is {missing[0]} are left out of the "
                "loss (ignore_index, or a weight of 0), so that this class is never learned",
            )  # fmt: skip


def _is_a_label_a_sample(term: LossTerm, target: Tensor, outputs: Sequence[Tensor]) -> bool:
    """Whether the model gives one row of scores for each sample, and the loss takes it as it is."""
    return target.dim() == 1 and any(
        output.dim() == 2 and output.grad_fn is not None and past_shaping(output.grad_fn) is term.source
        for output in outputs
    )
