"""A network that is far behind a model that takes no training, on the same samples, and does not catch up."""

from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.look import Look
from faultloc.methods.deep_localize.rules.affine import bends
from faultloc.methods.deep_localize.rules.foretold_targets import ForetoldTargets
from faultloc.methods.deep_localize.rules.positions import of_positions
from faultloc.methods.deep_localize.rules.simple_models import mean_recall

_LATE, _FEWEST_LOOKS, _MORE = 10, 9, 1.5
_GAP, _TIMES = 0.2, 2
_PROBABILITIES = ("bce", "categorical")


class BehindSimpleModels:
    """What the model says of the samples of the steps looked at, and what those samples tell of each other."""

    def __init__(self) -> None:
        self._targets = ForetoldTargets()
        self._late: deque[tuple[Tensor, list[int], int]] = deque()
        # The share of a constant guess's loss that is left out, at each look, as often as the look counts.
        self._shares: list[float] = []
        self._next = 0.0
        self._bends: bool | None = None
        self.are_related = self._targets.are_related
        self.is_undecided = self._targets.is_undecided

    def look(
        self, given: Sequence[Tensor], target: Tensor, labels: list[int] | None, look: Look, stands_for: int = 1
    ) -> None:
        """One more step: the inputs, what the loss compares with, a class for each sample if it has one.

        A look ``stands_for`` so many: a model that has learned is looked at more seldom, and is not held to what it
        said long ago.
        """
        if look.relative_loss is None:
            return
        if not look.counts_alike or (labels is None and not target.is_floating_point()):
            pair = of_positions(given[0], target, look.terms[0].weight)
            if pair is not None:
                self._targets.add([pair[0]], pair[1])
            return
        self._targets.add(given, target if labels is None else labels)
        self._shares += [1 - look.relative_loss] * stands_for
        source = look.terms[0].source
        if self._bends is None and source is not None:
            self._bends = bends(source)
        said = None if labels is None else _answers(look)
        if labels is not None and said is not None and len(said) == len(labels):
            self._late.append((said, labels, stands_for))
            while sum(count for _, _, count in self._late) - self._late[0][2] >= _LATE:
                self._late.popleft()

    def check(self, steps: int, pace: float, is_over: bool) -> Symptom | None:
        """A symptom of a model that has trained for so many ``steps``; asked seldom, and at the end: it takes long.

        ``pace``: what is left of the loss after as many steps again as it falls of late, as a share of it.
        """
        if len(self._shares) < _FEWEST_LOOKS or (steps < self._next and not is_over):
            return None
        self._next = _MORE * steps
        if self._late:
            said = torch.cat([one for one, _, _ in self._late]).cpu()
            share = mean_recall(said, torch.tensor([label for _, labels, _ in self._late for label in labels]))
        else:
            share = max(sum(self._shares[-_LATE:]) / len(self._shares[-_LATE:]), 0.0)
        # What is linear cannot be asked for more than another linear model gives.
        best = self._targets.foretold(by_neighbours=self._bends is True) if share < 1 - _GAP else None
        if best is None or not _is_far_behind(1 - (1 - share) * pace, best.share):
            return None
        what = "is right for {:.0%} of the samples" if self._late else "explains {:.0%} of the targets' variance"
        return Symptom(
            "model.behind", "model", share, best.share,
            f"after {steps} steps the model {what.format(share)} that it trains on, where {best.by} among "
            f"{best.samples} of them reaches {best.share:.0%} of those left out",
        )  # fmt: skip


def _is_far_behind(share: float, best: float) -> bool:
    return best - share >= _GAP and 1 - share >= _TIMES * (1 - best)


def _answers(look: Look) -> Tensor | None:
    """The class that the model holds for the likeliest, one for each sample."""
    said = look.terms[0].prediction if len(look.terms) == 1 else None
    if said is None:
        return None
    if said.dim() == 1 or said.shape[1] == 1:
        even = 0.5 if look.kind in _PROBABILITIES else 0.0
        return (said.detach().reshape(-1) > even).long()
    return said.argmax(1) if said.dim() == 2 else None
