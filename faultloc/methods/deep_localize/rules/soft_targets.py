"""Targets that are shares of classes the wrong way round: the smallest for one class, not the largest."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS

_FEWEST_CLASSES, _FEWEST_ROWS, _EQUAL = 3, 4, 1e-4


def check_soft_targets(target: Tensor | None, kind: str | None) -> Iterator[Symptom]:
    """A symptom where every row of ``target`` (sample, class) has one class with less than the others, all even."""
    if kind not in ("cross_entropy", "categorical", "nll", "divergence") or target is None:
        return
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
