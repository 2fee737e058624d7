"""Inputs that lose what is in them from epoch to epoch: a data set that changes its own samples as they are drawn."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT

_FEWEST_LOOKS, _AT_FIRST, _MOST_VALUES = 8, 3, 200_000
_LEFT, _TIMES, _STEADY = 0.4, 20.0, 0.8


class FadingInputs:
    """Size of the inputs, and the share of their commonest number, of each look."""

    def __init__(self) -> None:
        self._sizes: list[float] = []
        self._filled: list[float] = []
        self._is_over = False

    def look(self, given: Tensor | None) -> Iterator[Symptom]:
        """A symptom once most of what the inputs held at first is gone, little by little."""
        if self._is_over or given is None or not given.is_floating_point() or given.dim() < 2 or not given.numel():
            return
        count = min(given.numel(), _MOST_VALUES)
        values = given.detach() if count == given.numel() else given.detach().flatten()[:count]
        self._filled.append(int(values.count_nonzero()) / count)
        self._sizes.append(float(torch.linalg.vector_norm(values.float())) / count**0.5)
        if len(self._sizes) < _FEWEST_LOOKS:
            return
        yield from self._verdict()

    def _verdict(self) -> Iterator[Symptom]:
        filled, was_filled = _ends(self._filled)
        size, was_of_size = _ends(self._sizes)
        if filled < _LEFT * was_filled and _is_steady(self._filled):
            self._is_over = True
            yield Symptom(
                "input.fading", INPUT, filled, was_filled,
                f"at first {1 - was_filled:.0%} of the input values were 0, and now {1 - filled:.0%} are, more in each "
                "epoch: the samples themselves are changed each time they are drawn",
            )  # fmt: skip
        elif 0 < size * _TIMES < was_of_size and _is_steady(self._sizes):
            self._is_over = True
            yield Symptom(
                "input.fading", INPUT, size, was_of_size,
                f"at first the inputs were of size {was_of_size:.3g} (root mean square), and now they are of size "
                f"{size:.3g}, less in each epoch: the samples themselves are changed each time they are drawn",
            )  # fmt: skip


def _ends(values: list[float]) -> tuple[float, float]:
    """The mean of the last and of the first few."""
    return sum(values[-_AT_FIRST:]) / _AT_FIRST, sum(values[:_AT_FIRST]) / _AT_FIRST


def _is_steady(values: list[float]) -> bool:
    """Whether they fall little by little, and do not come back."""
    ranks = torch.tensor(values).argsort().argsort().float()
    places = torch.arange(len(values)).float()
    return bool(torch.corrcoef(torch.stack([ranks, -places]))[0, 1] > _STEADY)
