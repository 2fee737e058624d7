"""What the monitor remembers of the steps, and what follows from it: is the model learning?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.optimizer_groups import Group
from faultloc.methods.deep_localize.hooks.schedules import Plateau, Schedule

# Shares of the best constant prediction's loss: above the first a model is no better than a guess.
GUESSING, LEARNED = 0.95, 0.9
_RECOVERED = 0.8
# Sampled steps: that make up the beginning of a run, and that at most count as recent.
_EARLY, _RECENT, _OWN_STEPS = 50, 20, 5
_FAR, _MOVED, _STAYS = 20, 3, 0.8
# A loss that begins below this has no size that it could be a multiple of.
_NEXT_TO_NOTHING = 1e-3


@dataclass(frozen=True)
class SampledStep:
    """The full statistics of one step; mappings go by parameter name or by layer.

    ``loss`` is that of the step, ``plain_loss`` the mean loss in its own unit; ``relative_loss`` that as a share of the
    best constant prediction's; ``even_loss`` is what a model that holds all classes for as likely would lose. Each is
    None where loss or targets are of a kind that is not recognised. ``own_loss`` is the loss as a share of the
    best constant guess at this step's targets alone: of numbers that move on and on, as values that a model learns from
    itself do, no other guess is a measure.
    ``learning_rate`` is the highest of ``rates``, which holds that of each group; ``gradient_norm`` is the norm of all
    gradients. ``updates`` are relative: the norm of a step's change of a weight over the weight's norm, which
    ``weights`` holds (of an even sample of it).
    """

    step: int
    gradients: Mapping[str, float] = field(default_factory=dict)
    updates: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    dead: Mapping[str, float] = field(default_factory=dict)
    saturated: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = 0.0
    rates: Sequence[float] = ()
    gradient_norm: float = 0.0
    loss: float | None = None
    plain_loss: float | None = None
    relative_loss: float | None = None
    even_loss: float | None = None
    own_loss: float | None = None


@runtime_checkable
class SimpleModels(Protocol):
    """What models that take no training say of the samples that went by; to ask them takes up to half a second."""

    def are_related(self) -> bool:
        """Whether they foretell targets better than chance, so that inputs and targets belong together."""

    def is_undecided(self) -> bool:
        """Whether too few samples have been seen to say, and more come."""

    def check(self, steps: int, pace: float, is_over: bool) -> Symptom | None:
        """A symptom where they do far better than the model after so many ``steps``, and even as many again."""


@dataclass
class History:
    """The loss of every step of one objective, the full statistics of some; ``kind`` of the loss, if known."""

    losses: list[float] = field(default_factory=list)
    sampled: list[SampledStep] = field(default_factory=list)
    kind: str | None = None
    # What the optimizers' parameter groups are set to.
    groups: list[Group] = field(default_factory=list)
    # The schedulers of the optimizers; to ask takes long.
    schedules: Callable[[], Sequence[Schedule]] = list
    is_schedule_told: bool = False
    # Those that wait for a figure to get better, as slow to ask; the rate at which they were asked last.
    plateaus: Callable[[], Sequence[Plateau]] = list
    plateau_asked: float = 0.0
    # The share of the commonest label among all seen, of a classification.
    commonest: float = 0.0
    # Whether the labels of late are others than at first: what was learned is no measure then.
    has_drifted: bool = False
    # How often the targets were seen to move on, and whether they do now or have done so again and again.
    moves: int = 0
    has_moved: bool = False
    # Whether the targets are the inputs, and other terms train the model too, as in a variational autoencoder.
    repeats_inputs: bool = False
    # Whether a step compares a single value, so that the losses of some steps need not be alike.
    has_single_values: bool = False
    # What would explain that a model does not learn, by rule.
    doubts: dict[str, Symptom] = field(default_factory=dict)
    # Whether samples of one class count differently.
    weighs_each: bool = False
    # What models that take no training say of the samples.
    simple_models: SimpleModels | None = None
    # Layers that take the output of a linear layer with nothing between.
    stacked: list[str] = field(default_factory=list)

    # What rules ask of every sample, kept so that a long run is not read again and again.
    relative: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    largest_updates: list[float] = field(default_factory=list)
    # At how many looks the learning rate was above 0.
    moving_looks: int = 0
    most_loss: float = -float("inf")
    least_loss: float = float("inf")

    def add_step(self, loss: float) -> None:
        """One more step."""
        self.losses.append(loss)
        if loss > self.most_loss:
            self.most_loss = loss
        if loss < self.least_loss:
            self.least_loss = loss

    def add_sample(self, sample: SampledStep, stands_for: int = 1) -> None:
        """The full statistics of the last step, at a look that ``stands_for`` so many: progress is one of time."""
        self.sampled.append(sample)
        self.moving_looks += sample.learning_rate > 0
        self.largest_updates.append(max(sample.updates.values(), default=0.0))
        if sample.relative_loss is not None:
            self.relative += [sample.relative_loss] * stands_for
        if sample.own_loss is not None:
            self.own += [sample.own_loss] * stands_for

    def see_targets(self, *, has_moved: bool) -> None:
        """Notes whether the targets of a step move on and on; once alone it may be the order in which samples come."""
        self.moves += has_moved
        self.has_moved = has_moved or self.moves >= _MOVED

    def knows_progress(self) -> bool:
        """Whether loss and targets are of a kind for which the best constant guess is known."""
        return self.late_relative() is not None

    def has_learned(self) -> bool:
        """Whether the model does better than a constant guess, or its loss has fallen by a tenth from where it began.

        Where neither is known, nothing speaks against it.
        """
        recent = self.late_relative()
        if recent is not None:
            return recent < LEARNED
        return self.has_fallen(0.9)

    def is_guessing(self) -> bool:
        """Whether the model is known to do no better than a constant guess, in the last of the sampled steps."""
        recent = self.late_relative()
        if recent is None or recent < GUESSING:
            return False
        # No guess at a step's own targets is worse than one at all: a model that is better than it has learned.
        return not self.own or float(np.median(self.own[-_OWN_STEPS:])) >= GUESSING

    def has_fallen(self, share: float) -> bool:
        """Whether the loss of the last quarter of all steps lies under ``share`` of the first steps' loss.

        A loss that may be negative has no shares: there it is a fall by as much, of five times its noise.
        """
        if len(self.losses) < 4:
            return True
        first, last = self.first_loss(), self.recent_loss()
        return first - last > (1 - share) * self._unit(first)

    def is_flat(self) -> bool:
        """Whether the last quarter's mean loss is more than .98 of the first quarter's."""
        early, late = self._first_and_last_quarter()
        return early - late <= 0.02 * self._unit(early)

    def has_grown(self, times: float) -> bool:
        """Whether the last loss is more than so many times the first one's size."""
        first, last = self.losses[0], self.losses[-1]
        return last - first > (times - 1) * max(abs(first), self._unit(first))

    def has_exploded(self) -> bool:
        """Whether the loss is ten times what it was for twenty steps, or a thousand times and rising.

        Where a guess's loss is known, so much more than that: a loss that begins at next to nothing may well grow.
        Losses of single values, one after the other, may be ten times as large by what follows in a series.
        """
        # A loss may grow as its targets do: then it is held beside those of its own step.
        known = self._progress()[-_OWN_STEPS:]
        if known and float(np.median(known)) < 3:
            return False
        unit = self._level(self.first_loss())
        if not known and unit < _NEXT_TO_NOTHING:
            return False
        risen = len(self.losses) >= 4 and self.losses[-1] > self.losses[-2] > self.losses[-3]
        if risen and self.losses[-1] - self.losses[0] > 1e3 * unit:
            return True
        if self.has_single_values:
            return False
        if len(self.losses) < 23:
            return False
        # What rises and comes down again, as where a codebook has to be found first, has not exploded.
        before, after = float(np.mean(self.losses[-20:-10])), float(np.mean(self.losses[-10:]))
        return min(before, after) - self.first_loss() > 9 * unit and after > _STAYS * before

    def _unit(self, level: float) -> float:
        """What a change of the loss is measured in: ``level``, or five times its noise if the loss may be negative."""
        if level > 0 and self.least_loss >= 0:
            return level
        latest = self.losses[:_EARLY] + self.losses[-_EARLY:]
        return 5 * float(np.median(np.abs(np.diff(latest)))) if len(latest) > 1 else abs(level)

    def _level(self, level: float) -> float:
        """The unit of a rise that does harm: a policy's loss lies around 0, and swings the wider the surer it is."""
        unit = self._unit(level)
        return unit if self.least_loss >= 0 else max(unit, float(np.median(np.abs(self.losses[-_EARLY:]))))

    def _first_and_last_quarter(self) -> tuple[float, float]:
        quarter = max(1, len(self.losses) // 4)
        return float(np.mean(self.losses[:quarter])), float(np.mean(self.losses[-quarter:]))

    def pace(self) -> float:
        """What would be left of the loss, as a share, after as many steps again as it has fallen in the last half."""
        quarter = len(self.losses) // 4
        if not quarter or self.least_loss < 0:
            return 1.0
        before, after = sum(self.losses[-2 * quarter : -quarter]), sum(self.losses[-quarter:])
        return min(1.0, after / before) ** 4 if before > 0 else 1.0

    def has_settled(self) -> bool:
        """Whether the last ten sampled steps, of a hundred steps or more, show no fall of the loss."""
        if len(self.losses) < 100 or len(self.relative) < 10:
            return False
        before, after = self.relative[-10:-5], self.relative[-5:]
        return sum(after) > 0.98 * sum(before)

    def is_breaking_out(self) -> bool:
        """Whether the gradients of the last steps looked at are half as large again as on the plateau before.

        A network may stay at a guess for a while, and its gradients grow before its loss falls.
        """
        totals = [float(np.hypot.reduce(list(one.gradients.values()) or [0.0])) for one in self.sampled[-5:]]
        return len(totals) == 5 and sum(totals[-2:]) / 2 > 1.5 * min(totals[:3])

    def movement(self) -> float:
        """By how much all steps together would change the weight that moves most, at the pace of the last ones."""
        late = sorted(self.largest_updates[-5:])
        return late[len(late) // 2] * len(self.losses) if late else float("inf")

    def is_rising(self) -> bool:
        """Whether the last quarter's mean loss is more than half above the first quarter's."""
        early, late = self._first_and_last_quarter()
        return late - early > 0.5 * self._unit(early)

    def first_loss(self) -> float:
        """The mean loss of the first three steps."""
        early = self.losses[:3]
        return sum(early) / len(early)

    def recent_loss(self) -> float:
        """The mean loss of the last quarter of the steps, at most ten."""
        late = self.losses[-min(10, max(1, len(self.losses) // 4)) :]
        return sum(late) / len(late)

    def was_thrown_off(self) -> bool:
        """Whether training has made the model far worse than it began: three times as bad as a constant guess.

        Where that is not known: ten times the first loss. Large first steps from which it ended up better than it began
        have done no harm.
        """
        if self.losses and 0 < self.recent_loss() < _RECOVERED * self.losses[0]:
            return False
        known = self.relative[:_EARLY]
        if known:
            # Two of the steps looked at, or one by far: an odd batch alone is no trend.
            worst, start = sorted(known)[-2:], max(known[0], 1)
            return len(known) > 1 and (worst[0] > 3 * start or worst[1] > _FAR * start)
        unit = self._level(self.losses[0]) if self.losses else 0.0
        return unit > _NEXT_TO_NOTHING and self.most_loss - self.losses[0] > 9 * unit

    def is_warming_up(self) -> bool:
        """Whether the learning rate still rises, or has done so within the sampled steps."""
        return len(self.sampled) > 1 and self.sampled[-1].learning_rate > 1.01 * self.sampled[0].learning_rate

    def _progress(self) -> list[float]:
        """What there is of losses beside a constant guess's: where targets have moved, a guess at the step's own."""
        return self.own if self.has_moved and self.own else self.relative

    def late_relative(self) -> float | None:
        """The loss of the last of the sampled steps as a share of the best constant guess's; None if not known."""
        known = self._progress()
        count = min(_RECENT, max(3, len(known) // 3))
        return sum(known[-count:]) / count if len(known) >= 3 else None
