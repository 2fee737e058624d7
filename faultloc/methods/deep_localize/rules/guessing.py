"""A model that does no better than a constant guess, or far worse than a simple model, for longer than a slow start."""

from collections.abc import Iterator

import numpy as np

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS
from faultloc.methods.deep_localize.history import GUESSING, History
from faultloc.methods.deep_localize.rules.slow_steps import explain_slow_steps

# A network may stay on a plateau: what is said of one waits for so many steps, or fewer where training is over.
FLAT_STEPS, PLATEAU_STEPS = 60, 150
# Where the samples show that there is something to learn it may stay for so long.
_LEARNABLE_STEPS = 1000
_LOOKS, _SETTLED = 10, 0.9
_FIRST, _MOST_STEPS, _STILL, _ALIKE = 5, 2000, 0.02, 0.05
_HARDLY, _SLOWLY, _MAJORITY = 0.05, 0.1, 0.85


def check_guessing(history: History, *, is_over: bool) -> Iterator[Symptom]:
    patience = FLAT_STEPS if is_over else PLATEAU_STEPS
    if (
        len(history.losses) < patience
        or history.repeats_inputs
        or history.has_drifted
        or history.has_moved
        or history.weighs_each
        or history.is_warming_up()
        or not history.is_guessing()
    ):
        return
    # A few far targets make the mean loss of a step: at most steps the model has to be no better than a guess as well.
    if float(np.median(history.relative[-_LOOKS:])) < GUESSING:
        return
    if (history.is_breaking_out() and not is_over) or not (history.is_flat() or history.has_settled()):
        return
    steps, relative = len(history.losses), history.late_relative() or 0.0
    said = f"after {steps} steps the loss is {as_share(relative)} that of the best constant guess"
    moved = history.movement()
    if moved < _HARDLY and history.sampled[-1].learning_rate > 0:
        yield from explain_slow_steps(
            history, "optimizer.small_steps", moved, _HARDLY,
            f"{said}, and at the pace of late all steps together change no weight by more than {moved:.2g} of its size",
        )  # fmt: skip
        return
    if history.stacked:
        yield Symptom(
            "model.no_activation", history.stacked[0], relative, 0.95,
            f"it takes a linear layer's output as it is, and {said}",
        )  # fmt: skip
    if history.commonest > _MAJORITY:
        yield Symptom(
            "labels.majority", LABELS, history.commonest, _MAJORITY,
            f"{history.commonest:.0%} of the labels are the same, and {said}: the model always answers it",
        )  # fmt: skip
        return
    others = history.simple_models
    if others is not None and others.is_undecided() and steps < _LEARNABLE_STEPS and not is_over:
        return
    if others is not None and others.are_related():
        if steps >= _LEARNABLE_STEPS or is_over:
            yield Symptom(
                "model.behind", "model", relative, 0.95,
                f"{said}, though inputs and labels belong together: of the samples seen, some foretell others' labels "
                "better than chance",
            )  # fmt: skip
        return
    # The absolute error of a constant guess is flat where half of the targets lie on either side of it.
    rule, place = ("loss.flat", LOSS) if history.kind == "absolute" else ("labels.unrelated", LABELS)
    yield Symptom(rule, place, relative, 0.95, said)


def check_behind(history: History, *, is_over: bool) -> Iterator[Symptom]:
    """A model that has learned something, and far less than one that takes no training."""
    steps = len(history.losses)
    is_alike = not (history.repeats_inputs or history.has_drifted or history.has_moved or history.is_warming_up())
    # One that still learns may only have been ended early.
    has_settled = history.pace() > _SETTLED
    if is_alike and has_settled and steps >= (PLATEAU_STEPS if is_over else _LEARNABLE_STEPS):
        others = history.simple_models
        symptom = None if others is None else others.check(steps, history.pace(), is_over)
        if symptom is None:
            return
        moved = history.movement()
        if moved < _SLOWLY and history.sampled[-1].learning_rate > 0:
            yield from explain_slow_steps(
                history, "optimizer.small_steps", moved, _SLOWLY,
                f"{symptom.sentence}; at the pace of late all steps together change no weight by more than {moved:.2g} "
                "of its size",
            )  # fmt: skip
            return
        yield symptom


def check_still(history: History, *, is_over: bool) -> Iterator[Symptom]:
    """A loss of an unknown kind that stays where it began, of steps that are alike: what a guess loses is not known.

    A policy's loss swings around what it is worth, and one that is learned falls from its first steps on.
    """
    steps = len(history.losses)
    if steps < (PLATEAU_STEPS if is_over else _LEARNABLE_STEPS) or history.knows_progress() or history.kind is not None:
        return
    if history.is_warming_up() or not history.least_loss > 0 or history.sampled[-1].learning_rate == 0:
        return
    losses = np.array(history.losses[-_MOST_STEPS:])
    first, late = float(np.mean(history.losses[:_FIRST])), losses[len(losses) // 2 :]
    parts = [float(part.mean()) for part in np.array_split(losses, 4)]
    has_stayed = min(parts) > (1 - _STILL) * first and max(parts) < (1 + _STILL) * first
    if not has_stayed or float(late.std()) > _ALIKE * first:
        return
    said = (
        f"after {steps} steps the loss is {parts[-1]:.4g}, and it began at {first:.4g}: no quarter of them lies more "
        f"than {_STILL:.0%} off"
    )
    moved = history.movement()
    if moved < _HARDLY:
        yield from explain_slow_steps(
            history, "optimizer.small_steps", moved, _HARDLY,
            f"{said}, and at the pace of late all steps together change no weight by more than {moved:.2g} of its size",
        )  # fmt: skip
        return
    yield Symptom("loss.still", LOSS, parts[-1], first, said)


def as_share(relative: float) -> str:
    """How large one loss is beside another, with the word that follows."""
    return f"{max(relative, 0.0):.0%} of" if relative < 2 else f"{relative:.2g} times"
