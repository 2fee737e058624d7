"""Whether inputs and targets belong together, asked of the samples that went by, and how well they can be foretold.

A model that is no better than a guess may have been given labels of other samples, or may not have begun to learn what
is there. Models that take no training tell the two apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from faultloc.methods.deep_localize.hooks.fingerprints import fingerprints
from faultloc.methods.deep_localize.hooks.targets import is_given_again
from faultloc.methods.deep_localize.rules.simple_models import (
    as_columns,
    as_ranks,
    mean_recall,
    votes_of_neighbours,
    votes_of_ridge,
    without_copies,
)

_ROWS_A_LOOK, _MOST_ROWS, _FEWEST_ROWS, _FEWEST_OF_A_CLASS, _MOST_COLUMNS = 64, 1024, 100, 5, 1024
# Rows that are kept at all: some may come twice.
_MOST_WAITING = 2048
_DRAWS, _DEVIATIONS, _MORE = 50, 5.0, 1.5
# Codes of words and categories are counted in so many columns; a table has at most so many of its own.
_CODES, _PLACES = 512, 16
_MODELS = {"a vote of the five nearest": votes_of_neighbours, "a ridge regression": votes_of_ridge}


@dataclass(frozen=True)
class Foretold:
    """How well the better of the two foretells ``samples`` targets that it was not shown.

    ``share``: the mean recall of the classes, or the share of the numbers' variance; 1 is the best.
    """

    by: str
    share: float
    samples: int


class ForetoldTargets:
    """Inputs and targets of the first rows of each step looked at: 64 a step, 1,024 in all, and none of them twice."""

    def __init__(self) -> None:
        # As they came, since most runs never ask: and then what is new of them, as numbers.
        self._waiting: list[tuple[Sequence[Tensor], Tensor | list[int]]] = []
        self._rows = 0
        self._known: set[int] = set()
        self._inputs: list[Tensor] = []
        self._targets: list[Tensor] = []
        # How many samples there were when they were asked last, which takes up to half a second.
        self._asked, self._are_related = 0, False
        self._is_growing = False

    def add(self, given: Sequence[Tensor], targets: Tensor | list[int]) -> None:
        """One more step's samples; ``targets``: a class for each, or a few numbers, shape (samples, numbers)."""
        is_odd = isinstance(targets, Tensor) and not 1 <= targets.dim() <= 2
        if self._rows >= _MOST_WAITING or is_odd or any(one.shape[:1] != (len(targets),) for one in given):
            return
        # A loader may use its memory again, and a model change its inputs in place.
        with torch.no_grad():
            rows = [_narrow(_first(one)).clone() for one in given]
            kept = _first(targets).clone() if isinstance(targets, Tensor) else targets[:_ROWS_A_LOOK]
        self._waiting.append((rows, kept))
        self._rows += len(kept)

    def _take_in(self) -> int:
        """Takes in what waits; how many samples there are now."""
        for given, kept in self._waiting:
            inputs = torch.cat([_as_numbers(one) for one in given], 1)
            targets = kept.cpu() if isinstance(kept, Tensor) else torch.tensor(kept)
            is_repeated = any(is_given_again(one.cpu(), targets) for one in given)
            is_alike = not self._inputs or (_is_alike(inputs, self._inputs[0]) and _is_alike(targets, self._targets[0]))
            is_table = targets.dim() == 2 and not targets.is_floating_point()
            # Where inputs are to be given again, they are foretold by themselves.
            if is_repeated or is_table or not is_alike or len(self._known) >= _MOST_ROWS:
                continue
            marks = fingerprints(inputs)
            new = [row for row, mark in enumerate(marks) if mark not in self._known and mark not in marks[:row]]
            self._is_growing = bool(new)
            self._known.update(marks)
            self._inputs.append(inputs[new])
            self._targets.append(targets[new])
        self._waiting.clear()
        return sum(map(len, self._inputs))

    def is_undecided(self) -> bool:
        """Whether there are fewer than 100 samples so far, and the last look brought new ones."""
        return self._take_in() < _FEWEST_ROWS and self._is_growing

    def are_related(self) -> bool:
        """Whether one of the simple models foretells targets better than chance, by five standard deviations."""
        count = self._take_in()
        if not self._are_related and count >= max(_FEWEST_ROWS, _MORE * self._asked):
            self._asked, self._are_related = count, self._ask()
        return self._are_related

    def foretold(self, *, by_neighbours: bool) -> Foretold | None:
        """How well targets can be foretold; None of fewer than 100 samples, or of classes that hardly occur."""
        self._take_in()
        pairs = self._pairs()
        if pairs is None:
            return None
        rows, targets = pairs
        columns = as_columns(targets)
        shares = {}
        for name, model in _MODELS.items():
            if model is votes_of_neighbours and not by_neighbours:
                continue
            said = model(rows) @ columns
            if targets.is_floating_point():
                shares[name] = 1 - float((said - columns).square().sum() / columns.square().sum().clamp_min(1e-12))
            else:
                # As the network does it: a class that is rare has to be the likelier for that.
                usual = targets.unique(return_counts=True)[1] / len(targets)
                shares[name] = mean_recall((said + usual).argmax(1), columns.argmax(1))
        best = max(shares, key=lambda name: shares[name])
        return Foretold(best, shares[best], len(rows))

    def _pairs(self) -> tuple[Tensor, Tensor] | None:
        """Samples and targets without copies; None where there are too few."""
        if sum(map(len, self._inputs)) < _FEWEST_ROWS:
            return None
        rows, kept = without_copies(torch.cat(self._inputs))
        targets = torch.cat(self._targets)[kept]
        if not targets.is_floating_point():
            _, of_class, counts = targets.unique(return_inverse=True, return_counts=True)
            is_known = (counts >= _FEWEST_OF_A_CLASS)[of_class]
            rows, targets = rows[is_known], targets[is_known]
        return (rows, targets) if len(rows) >= _FEWEST_ROWS and len(targets.unique()) > 1 else None

    def _ask(self) -> bool:
        pairs = self._pairs()
        if pairs is None:
            return False
        rows, targets = pairs
        columns = as_columns(targets)
        wanted = as_ranks(columns) if targets.is_floating_point() else columns
        drawn = torch.Generator().manual_seed(0)
        orders = [torch.randperm(len(rows), generator=drawn) for _ in range(_DRAWS)]
        for model in _MODELS.values():
            votes = model(rows)
            by_chance = torch.stack([_agreement(votes, wanted[order]) for order in orders])
            if _agreement(votes, wanted) - by_chance.mean() > _DEVIATIONS * by_chance.std() > 0:
                return True
        return False


def _as_numbers(rows: Tensor) -> Tensor:
    """A row of numbers for each sample: what is measured as it is, words and categories as counts."""
    rows = rows.cpu().reshape(len(rows), -1)
    if rows.is_floating_point():
        return torch.nan_to_num(rows.float(), posinf=0.0, neginf=0.0)
    codes = rows.long()
    if rows.shape[1] <= _PLACES:  # columns of a table, which have meanings of their own
        codes = codes + torch.arange(rows.shape[1]) * _CODES // _PLACES
    return torch.zeros(len(rows), _CODES).scatter_add_(1, codes % _CODES, torch.ones(codes.shape))


def _first(rows: Tensor) -> Tensor:
    return rows[:_ROWS_A_LOOK] if len(rows) > _ROWS_A_LOOK else rows


def _narrow(rows: Tensor) -> Tensor:
    """At most 1,024 even columns of what is measured: a large picture need not be kept."""
    if not rows.is_floating_point() or rows.numel() <= _MOST_COLUMNS * len(rows):
        return rows
    flat = rows.reshape(len(rows), -1)
    return flat[:, :: -(-flat.shape[1] // _MOST_COLUMNS)]


def _is_alike(one: Tensor, other: Tensor) -> bool:
    return one.shape[1:] == other.shape[1:] and one.dtype == other.dtype


def _agreement(votes: Tensor, wanted: Tensor) -> Tensor:
    """How far the votes go with the targets: their product, over the votes' size."""
    said = votes @ wanted
    return (said * wanted).sum() / said.norm().clamp_min(1e-12)
