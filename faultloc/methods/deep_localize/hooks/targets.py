"""What the targets alone would let one guess, and how much better than that a model does.

The yardstick of learning that holds for every loss: the loss of the best constant prediction.
"""

import torch
from torch import Tensor

from faultloc.methods.deep_localize.hooks.loss_terms import LossTerm

_MOST_VALUES, _MOST_LOOKS = 500_000, 64
_SORTED_LOOKS, _SORTED_BATCH = 5, 8


class SeenTargets:
    """The targets of the first 64 steps that were looked at, at most half a million values of them."""

    def __init__(self) -> None:
        self._rows: list[Tensor] = []
        self._values = 0
        self.samples = 0
        self._guess: dict[str, float] = {}
        self._least = self._most = float("nan")
        self._labels: set[int] = set()
        self._batches_of_one = 0

    def add(self, target: Tensor) -> None:
        """Keeps a copy of the targets of a step, as far as there is room."""
        if target.dim() == 0 or not target.numel() or self._values >= _MOST_VALUES or len(self._rows) >= _MOST_LOOKS:
            return
        width = max(1, target.numel() // len(target))
        kept = target.detach()[: max(1, (_MOST_VALUES - self._values) // width)]
        self._rows.append(kept.float().clone() if kept.is_floating_point() else kept.clone())
        self._values += kept.numel()
        self.samples += len(kept)
        # Four more batches of many change the guess by little.
        if len(self._rows) <= 4 or len(self._rows) % 4 == 0:
            self._guess.clear()
        least, most = (float(value) for value in torch.aminmax(kept))
        if len(self._rows) == 1:
            self._least, self._most = least, most
        self._least, self._most = min(least, self._least), max(most, self._most)
        is_first_or_alike = self._batches_of_one == len(self._rows) - 1
        if is_first_or_alike and least == most and len(kept) >= _SORTED_BATCH and not kept.is_floating_point():
            self._batches_of_one += 1
            self._labels.add(int(least))

    def is_constant(self) -> bool:
        """Whether all targets seen are the same number."""
        return self._least == self._most

    def is_sorted(self) -> bool:
        """Whether every batch so far, of five or more, had one class only, and not all the same."""
        return self._batches_of_one == len(self._rows) >= _SORTED_LOOKS and len(self._labels) > 1

    def constant_loss(self, kind: str) -> float | None:
        """The mean loss of the best constant prediction, in the unit of the loss; None where it cannot be told."""
        if kind not in self._guess:
            if len({(row.shape[1:], row.dtype) for row in self._rows}) != 1:
                return None
            self._guess[kind] = _constant_loss(kind, torch.cat(self._rows))
        return self._guess[kind]


def _constant_loss(kind: str, seen: Tensor) -> float:
    if kind in ("cross_entropy", "nll", "categorical"):
        if seen.is_floating_point():
            shares = seen.flatten(2).mean(dim=(0, 2)) if seen.dim() > 2 else seen.mean(0)
        else:
            shares = torch.bincount(seen[seen >= 0].flatten()).float()
        shares = shares / shares.sum().clamp_min(1e-12)
        return float(-(shares * shares.clamp_min(1e-12).log()).sum())
    values = seen.float()
    if kind in ("bce", "bce_logits"):
        share = values.mean(0).clamp(1e-6, 1 - 1e-6)
        return float(-(share * share.log() + (1 - share) * (1 - share).log()).mean())
    if kind == "squared":
        return float((values - values.mean(0)).square().mean())
    return float((values - values.median(0).values).abs().mean())


def plain_loss(term: LossTerm, target: Tensor | None) -> float | None:
    """The mean loss a sample (for classes) or a value, whatever reduction, weights and scaling the step uses."""
    predicted = term.prediction
    if term.difference is not None:
        apart = term.difference.float()
        return float(apart.square().mean() if term.kind == "squared" else apart.abs().mean())
    if predicted is None or target is None:
        return None
    predicted = predicted.float()
    if term.kind in ("cross_entropy", "nll", "categorical"):
        logs = predicted.clamp_min(1e-7).log() if term.kind == "categorical" else predicted
        if target.is_floating_point():
            return float(-(target * logs).sum(1).mean()) if target.shape == logs.shape else None
        if target.dim() != logs.dim() - 1:
            return None
        return float(-logs.gather(1, target.clamp_min(0).unsqueeze(1)).mean())
    if target.shape != predicted.shape:
        return None
    given = target.float()
    if term.kind == "bce_logits":
        return float(torch.nn.functional.binary_cross_entropy_with_logits(predicted, given))
    if term.kind == "bce":
        kept = predicted.clamp(1e-7, 1 - 1e-7)
        return float(-(given * kept.log() + (1 - given) * (1 - kept).log()).mean())
    apart = predicted - given
    return float(apart.square().mean() if term.kind == "squared" else apart.abs().mean())


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
