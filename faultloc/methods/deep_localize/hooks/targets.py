"""The targets that a run has shown so far, and the targets of one step's loss."""

import torch
from torch import Tensor

from faultloc.methods.deep_localize.hooks.counted_classes import CountedClasses
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm
from faultloc.methods.deep_localize.hooks.yardstick import Yardstick

_MOST_VALUES, _MOST_LOOKS = 500_000, 64


class SeenTargets:
    """What the targets of the first 64 steps looked at are like, of at most half a million values."""

    def __init__(self) -> None:
        self._looks = self._values = 0
        self.samples = 0
        self.yardstick, self.classes = Yardstick(), CountedClasses()
        self._least = self._most = float("nan")

    def add(self, target: Tensor) -> None:
        """Takes the targets of one more step into account."""
        if target.dim() == 0 or not target.numel() or self._values >= _MOST_VALUES or self._looks >= _MOST_LOOKS:
            return
        width = max(1, target.numel() // len(target))
        kept = target.detach()[: max(1, (_MOST_VALUES - self._values) // width)]
        self._looks += 1
        self._values += kept.numel()
        self.samples += len(kept)
        if self._least < self._most:
            return  # they differ, and whatever follows changes nothing
        least, most = (float(value) for value in torch.aminmax(kept))
        if self._looks == 1:
            self._least, self._most = least, most
        self._least, self._most = min(least, self._least), max(most, self._most)

    def is_constant(self) -> bool:
        """Whether all targets seen are the same number."""
        return self._least == self._most

    def constant(self) -> float:
        """That number, where they are."""
        return self._least


def counted(term: LossTerm, target: Tensor) -> Tensor:
    """The targets that count in the loss, in one row if some do not."""
    weight = term.weight
    if weight is None or weight.numel() != target.numel():
        return target
    counts = weight > 0
    return target if bool(counts.all()) else target.reshape(weight.shape)[counts]


def is_given_again(given: Tensor, target: Tensor) -> bool:
    """Whether the target is what the model was given, in whatever shape."""
    return given.numel() == target.numel() and bool((given.flatten() == target.flatten()).all())


def target_of(term: LossTerm, outputs: list[Tensor]) -> Tensor | None:
    """The target of a term: what the graph keeps, or prediction less difference where it was written by hand."""
    if term.target is not None:
        return term.target
    if term.difference is None or term.source is None:
        return None
    for output in outputs:
        if output.grad_fn is not None and output.shape == term.difference.shape:
            return output.detach() - term.difference
    return None


def accuracy(term: LossTerm, target: Tensor) -> float | None:
    """The share of right answers in [0, 1] of a classifier's step; None for what is no classification."""
    predicted = term.prediction
    if predicted is None:
        return None
    if term.kind in ("cross_entropy", "nll", "categorical") and predicted.dim() == 2:
        given = target.argmax(1) if target.dim() == 2 else target
        return float((predicted.argmax(1) == given).float().mean())
    if term.kind in ("bce", "bce_logits") and target.shape == predicted.shape:
        return float(((predicted > (0 if term.kind == "bce_logits" else 0.5)) == (target > 0.5)).float().mean())
    return None
