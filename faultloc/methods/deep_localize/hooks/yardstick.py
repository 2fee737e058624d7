"""The yardstick of learning that holds for every loss: how much better a model does than the best constant guess.

The guess and the model's loss are taken over what counts in the loss (masked and ignored targets do not), with the
weights that the loss gives, and over the last looks together, not over one batch. Soft targets leave a loss that
nobody can get under, their entropy: both are measured from there. Where any of it is not certain, there is none.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from faultloc.methods.deep_localize.hooks.loss_term import LossTerm

CLASSES = ("cross_entropy", "nll", "categorical")
BINARY = ("bce", "bce_logits")
# Looks that the guess rests on, at most; values kept for medians; columns that each have a guess of their own.
_MOST_LOOKS, _MOST_VALUES, _MOST_COLUMNS = 64, 200_000, 200_000
_ROW_SUM, _SOFT = 0.02, 1e-4
# A guess that is hardly better than what nobody can get under tells nothing, nor do targets that move with the model.
_LEAST_GAIN, _DRIFT_LOOKS, _DRIFT, _MOVED = 0.02, 6, 4.0, 0.25


@dataclass(frozen=True)
class Measured:
    """A step's mean loss, of what counts, and its share of the best constant guess's; None where that is not known.

    ``even``: the loss of a model that holds all classes for as likely, as a fresh one does. ``own``: the loss of
    numbers as a share of what the best constant guess at this step's targets alone would lose; ``has_moved``: whether
    the targets move on and on, so that no guess at all of them is a measure.
    """

    plain: float | None = None
    relative: float | None = None
    even: float | None = None
    own: float | None = None
    has_moved: bool = False


class Yardstick:
    """The targets that count, as far as a constant guess needs them, of the last 64 looks or so."""

    def __init__(self) -> None:
        self._kind = ""
        self.looks = 0
        self._sums: Tensor | None = None
        self._floor = self._weight = 0.0
        self._shift: Tensor | float = 0.0
        self._rows: list[Tensor] = []
        self._means: list[tuple[float, float]] = []
        self._is_pooled = False

    def look(self, term: LossTerm, target: Tensor | None) -> Measured:
        """What the step's term and its targets say, remembered with those before."""
        if not term.counting.is_known or term.counting.sign < 0 or not term.is_seen():
            return Measured()
        group = "classes" if term.kind in CLASSES else "binary" if term.kind in BINARY else term.kind
        if self._kind not in ("", group):
            return Measured()
        self._kind = group
        if group == "classes":
            return self._classes(term, target)
        if group == "binary":
            return self._binary(term, target)
        if group in ("squared", "absolute"):
            return self._values(term, target)
        return Measured()

    # Classes: how often each one is the target.

    def _classes(self, term: LossTerm, target: Tensor | None) -> Measured:
        logs = term.prediction
        if logs is None or target is None or logs.dim() < 2:
            return Measured()
        logs = logs.float()
        if term.kind == "categorical":
            logs = logs.clamp_min(1e-7).log()
        elif term.kind == "nll" and not float(logs.exp().sum(1).sub(1).abs().median()) <= _ROW_SUM:
            return Measured()
        if target.is_floating_point():
            return self._soft(term, logs, target.float())
        if target.dim() != logs.dim() - 1:
            return Measured()
        kept = target.clamp(0, logs.shape[1] - 1)
        if term.weight is None:
            lost = -logs.gather(1, kept.unsqueeze(1)).nan_to_num().sum()
            mass = torch.bincount(kept.flatten(), minlength=logs.shape[1]).float()
            return self._against_shares(lost, mass, 0.0, float(kept.numel()))
        weight = _full(term.weight, target)
        if weight is None:
            return Measured()
        lost = -(logs.gather(1, kept.unsqueeze(1)).squeeze(1).nan_to_num() * weight).sum()
        mass = torch.bincount(kept.flatten(), weight.flatten(), minlength=logs.shape[1]).float()
        return self._against_shares(lost, mass, 0.0, float(weight.sum()))

    def _soft(self, term: LossTerm, logs: Tensor, target: Tensor) -> Measured:
        axis = term.class_axis if term.class_axis is not None else 1
        if target.shape != logs.shape or axis >= logs.dim() or float(target.min()) < 0:
            return Measured()
        whole = target if term.weight is None else target * term.weight.expand_as(target)
        if term.kind == "categorical" and not float(logs.exp().sum(axis).sub(1).abs().median()) <= _ROW_SUM:
            return Measured()
        mass = whole.sum(axis, keepdim=True)
        counted = mass > 0
        total = mass.sum()
        if not bool(total > 0):
            return Measured()
        scale = counted.sum() / total
        shares = whole / mass.clamp_min(1e-12)
        entropy = -(shares * shares.clamp_min(1e-12).log()).sum(axis, keepdim=True)
        lost = -(whole * logs.nan_to_num(neginf=-1e4)).sum() * scale
        others = [one for one in range(logs.dim()) if one != axis]
        return self._against_shares(
            lost, whole.sum(dim=others) * scale, float((entropy * mass).sum() * scale), float(counted.sum())
        )

    def _against_shares(self, lost: Tensor, mass: Tensor, floor: float, count: float) -> Measured:
        if self._sums is not None and self._sums.shape != mass.shape:
            self._sums = None  # as many classes as samples, and a smaller batch
        self._remember(mass, floor, count)
        if self._sums is None or not self._weight > 0:
            return Measured()
        guess = float(torch.special.entr(self._sums / self._sums.sum()).sum())
        plain = float(lost) / max(count, 1e-12)
        return _measured(plain, guess, self._floor / self._weight, even=math.log(mass.numel()))

    # Yes or no: how often each column is yes.

    def _binary(self, term: LossTerm, target: Tensor | None) -> Measured:
        predicted = term.prediction
        if predicted is None or target is None or target.shape != predicted.shape:
            return Measured()
        target, predicted = target.float(), predicted.float()
        least, most = (float(value) for value in torch.aminmax(target))
        weight = _full(term.weight, target)
        if weight is None or least < 0 or most > 1:
            return Measured()
        yes, no = weight * target, weight * (1 - target)
        if term.positive_weight is not None:
            yes = yes * term.positive_weight
        total, counted = (yes + no).sum(), (yes + no) > 0
        if not bool(total > 0):
            return Measured()
        scale = counted.sum() / total
        if term.kind == "bce_logits":
            lost = -(yes * F.logsigmoid(predicted) + no * F.logsigmoid(-predicted)).sum()
        else:
            kept = predicted.clamp(1e-7, 1 - 1e-7)
            lost = -(yes * kept.log() + no * (1 - kept).log()).sum()
        floor = _entropy(yes, no).sum()
        yes, no = self._columns(yes), self._columns(no)
        both = torch.stack([yes.sum(0), no.sum(0)]) * scale
        self._remember(both, float(floor * scale), float(counted.sum()))
        if self._sums is None:
            return Measured()
        guess = float(_entropy(self._sums[0], self._sums[1]).sum()) / self._weight
        plain = float(lost * scale / counted.sum())
        return _measured(plain, guess, self._floor / self._weight, even=math.log(2))

    # Numbers: their mean and spread, or their median.

    def _values(self, term: LossTerm, target: Tensor | None) -> Measured:
        apart = term.difference
        if apart is None and term.prediction is not None and target is not None:
            apart = term.prediction.float() - target.float() if term.prediction.shape == target.shape else None
        if apart is None:
            return Measured()
        apart = apart.float()
        weight = _full(term.weight, apart)
        if weight is None:
            return Measured()
        size = apart.square() if term.kind == "squared" else apart.abs()
        plain = float((size * weight).sum() / weight.sum().clamp_min(1e-12))
        if target is None or target.shape != apart.shape:
            return Measured(plain)
        values = target.float()
        self._note_mean(values, weight)
        guess = self._spread(values, weight) if term.kind == "squared" else self._median_distance(values, weight)
        around = self._own_guess(values, weight, term.kind)
        own, drifts = plain / around if around > 0 else None, self._drifts()
        measured = Measured(plain) if guess is None or drifts else _measured(plain, guess, 0.0)
        # Where each look is at one batch, which came up among others at first, nothing moves on.
        return replace(measured, own=own, has_moved=drifts and self._means[-1] != self._means[-2])

    def _own_guess(self, values: Tensor, weight: Tensor, kind: str) -> float:
        """What the best constant guess of each column, at these targets alone, would lose."""
        values, weight = self._columns(values), self._columns(weight)
        if kind == "squared":
            apart = (values - (values * weight).sum(0) / weight.sum(0).clamp_min(1e-12)).square()
        else:
            apart = (values - torch.where(weight > 0, values, torch.nan).nanmedian(0).values).abs()
        return float((apart * weight).sum() / weight.sum().clamp_min(1e-12))

    def _spread(self, values: Tensor, weight: Tensor) -> float | None:
        values, weight = self._columns(values), self._columns(weight)
        if self.looks == 0 or (self._sums is not None and self._sums.shape[1] != values.shape[1]):
            self._shift = (values * weight).sum(0) / weight.sum(0).clamp_min(1e-12)
            self._sums = None
        values = values - self._shift
        sums = torch.stack([weight.sum(0), (weight * values).sum(0), (weight * values.square()).sum(0)])
        self._remember(sums, 0.0, float(weight.sum()))
        if self._sums is None:
            return None
        count, first, second = self._sums
        around = (second - first.square() / count.clamp_min(1e-12)).clamp_min(0)
        freedom = (count - 1).clamp_min(0)
        known = freedom > 0
        if not bool(known.any()):
            return None
        return float((around[known] * count[known] / freedom[known]).sum() / count[known].sum())

    def _median_distance(self, values: Tensor, weight: Tensor) -> float | None:
        values, weight = self._columns(values), self._columns(weight)
        values = torch.where(weight > 0, values, torch.nan)
        if self._rows and self._rows[0].shape[1] != values.shape[1]:
            self._rows.clear()
        self.looks += 1
        self._rows.append(values[: max(1, _MOST_VALUES // values.shape[1])].clone())
        while len(self._rows) > 1 and (
            len(self._rows) > _MOST_LOOKS or sum(row.numel() for row in self._rows) > _MOST_VALUES
        ):
            self._rows.pop(0)
        seen = torch.cat(self._rows)
        if len(seen) < 2:
            return None
        apart = (seen - seen.nanmedian(0).values).abs()
        guess = float(apart.nanmean())
        return guess if guess == guess else None

    def _note_mean(self, values: Tensor, weight: Tensor) -> None:
        total = weight.sum().clamp_min(1e-12)
        mean = (values * weight).sum() / total
        spread = ((values - mean).square() * weight).sum() / total
        self._means.append((float(mean), float(spread.sqrt())))
        del self._means[:-_MOST_LOOKS]

    def _drifts(self) -> bool:
        """Whether the targets' mean or spread moves on and on, as it does where a model gives its own targets."""
        if len(self._means) < _DRIFT_LOOKS:
            return False
        half = len(self._means) // 2
        known = torch.tensor(self._means)
        early, late = known[:half], known[half:]
        apart = (late.mean(0) - early.mean(0)).abs()
        # From look to look, so that a trend does not count as noise.
        noise = (known.diff(dim=0).square().mean(0) / half).sqrt().clamp_min(1e-12)
        size = max(float(known[:, 1].mean()), 1e-12)
        return bool(((apart > _DRIFT * noise) & (apart > _MOVED * size)).any())

    # What all of them need.

    def _columns(self, values: Tensor) -> Tensor:
        """One row a sample; all in one column where rows differ in length from look to look, or are too long."""
        flat = values.reshape(len(values), -1) if values.dim() > 1 else values.reshape(-1, 1)
        known = self._sums if self._sums is not None else (self._rows[0] if self._rows else None)
        if not self._is_pooled and (
            flat.shape[1] > _MOST_COLUMNS or (known is not None and known.shape[-1] != flat.shape[1])
        ):
            self._is_pooled = True
        return flat.reshape(-1, 1) if self._is_pooled else flat

    def _remember(self, sums: Tensor, floor: float, weight: float) -> None:
        keep = 1.0 if self.looks < _MOST_LOOKS else 1 - 1 / _MOST_LOOKS
        if self._sums is None or self._sums.shape != sums.shape:
            self._sums, self._floor, self._weight = sums.clone(), floor, weight
        else:
            self._sums = self._sums + sums if keep == 1 else keep * self._sums + sums
            self._floor, self._weight = keep * self._floor + floor, keep * self._weight + weight
        self.looks += 1


def _full(weight: Tensor | None, like: Tensor) -> Tensor | None:
    """``weight`` for every element of ``like``, 1 on average over those that count; None where nothing counts."""
    if weight is None:
        return torch.ones_like(like, dtype=torch.float32)
    try:
        weight = weight.float().expand(like.shape)
    except RuntimeError:
        return None
    total = weight.sum()
    return weight * ((weight > 0).sum() / total) if bool(total > 0) else None


def _entropy(yes: Tensor, no: Tensor) -> Tensor:
    """The loss of the best guess for so many yes and so many no."""
    both = (yes + no).clamp_min(1e-12)
    return -(yes * (yes / both).clamp_min(1e-12).log() + no * (no / both).clamp_min(1e-12).log())


def _measured(plain: float, guess: float, floor: float, even: float | None = None) -> Measured:
    gain = guess - floor
    if not gain > max(1e-8, _LEAST_GAIN * guess):
        return Measured(plain, even=even)
    return Measured(plain, max(0.0, (plain - floor) / gain), even)
