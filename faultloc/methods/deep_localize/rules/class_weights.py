"""Class weights that make the common classes count more and the rare ones less: counts, not their inverse."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LOSS
from faultloc.methods.deep_localize.hooks.autograd_walk import operation, saved
from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

_FEWEST, _FEWEST_OF_A_CLASS, _APART = 120, 2, 2.5
_RARE, _SLIGHT = 0.3, 0.5


class ClassWeights:
    """How often each class was seen, until enough are known to be held against the weights."""

    def __init__(self) -> None:
        self._counts: Tensor | None = None
        self._is_over = False

    def look(self, term: LossTerm, target: Tensor | None) -> Iterator[Symptom]:
        """A symptom once a hundred and more labels show that weights rise with how common a class is."""
        if self._is_over or target is None or term.node is None:
            return
        if term.kind in ("cross_entropy", "nll"):
            weight = saved(term.node, "weight") if operation(term.node).startswith("NllLoss") else None
            if weight is None or target.is_floating_point():
                self._is_over = True
                return
            real = target[(target >= 0) & (target < len(weight))]
            if self._adds(torch.bincount(real.flatten(), minlength=len(weight))):
                yield from self._of_classes(weight)
        elif term.kind == "bce_logits" and term.positive_weight is not None:
            weight = term.positive_weight.detach().flatten()
            columns = target.reshape(-1, target.shape[-1] if target.dim() and len(weight) > 1 else 1)
            self._is_over = len(weight) != columns.shape[1]
            counts = torch.stack([(columns <= 0.5).sum(0), (columns > 0.5).sum(0)])
            if not self._is_over and self._adds(counts, columns=len(weight)):
                yield from self._of_yes(weight)
        else:
            self._is_over = True

    def _adds(self, counts: Tensor, *, columns: int = 1) -> bool:
        if self._counts is not None and self._counts.shape != counts.shape:
            self._is_over = True
            return False
        self._counts = counts if self._counts is None else self._counts + counts
        return int(self._counts.sum()) >= _FEWEST * columns

    def _of_classes(self, weight: Tensor) -> Iterator[Symptom]:
        assert self._counts is not None
        self._is_over = True
        yield from rising_weights(self._counts, weight)

    def _of_yes(self, weight: Tensor) -> Iterator[Symptom]:
        """Where most of several questions, or the only one, are seldom answered with yes, which counts less still."""
        assert self._counts is not None
        self._is_over = True
        shares = self._counts[1] / self._counts.sum(0)
        is_less = (self._counts[1] >= _FEWEST_OF_A_CLASS) & (shares < _RARE) & (weight > 0) & (weight < _SLIGHT)
        if 2 * int(is_less.sum()) <= len(weight):
            return
        at = int(torch.where(is_less, weight, torch.inf).argmin())
        of = f"of column {at}, " if len(weight) > 1 else ""
        yield Symptom(
            "loss.class_weights", LOSS, float(weight[at]), 1,
            f"{of}{float(shares[at]):.0%} of the labels are 1, and pos_weight={float(weight[at]):.2g} makes these rare "
            "ones count less still",
        )  # fmt: skip


def rising_weights(seen: Tensor, weight: Tensor) -> Iterator[Symptom]:
    """A symptom where the ``weight`` of each class rises with how often it was ``seen``."""
    known = (seen >= _FEWEST_OF_A_CLASS) & (weight > 0)
    counts, weights = seen[known].float(), weight.detach()[known].float()
    if len(counts) < 2:
        return
    common, rare = int(counts.argmax()), int(counts.argmin())
    names = known.nonzero().flatten()
    is_apart = counts[common] > _APART * counts[rare] and weights[common] > _APART * weights[rare]
    if bool(is_apart) and _rises(counts, weights):
        yield Symptom(
            "loss.class_weights", LOSS, float(weights[common] / weights[rare]), 1,
            f"class {int(names[common])}, {counts[common] / seen.sum():.0%} of the labels, has the weight "
            f"{weights[common]:.2g}, and class {int(names[rare])}, {counts[rare] / seen.sum():.1%} of them, "
            f"{weights[rare]:.2g}: what is common anyway counts more",
        )  # fmt: skip


def _rises(counts: Tensor, weights: Tensor) -> bool:
    """Whether weights go with counts over all classes: their logarithms' correlation is above .8."""
    pair = torch.stack([counts.log(), weights.log()])
    return bool(torch.corrcoef(pair)[0, 1] > 0.8)
