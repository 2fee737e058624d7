"""What a schedule makes of the learning rate: nothing from the start, next to nothing soon after, or ever more."""

from collections.abc import Iterator, Sequence

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.hooks.schedules import Schedule
from faultloc.methods.deep_localize.rules.plateau import check_plateau

_ZERO_STEPS = 10
_DIED, _DEAD_STEPS, _LIFETIMES, _STILL_TO_LEARN = 2e-3, 30, 2, 0.3
_UNMOVED_STEPS, _FAR_BELOW, _MOVES = 30, 0.1, 1e-3
# A schedule whose step() is called this much more seldom than the optimizer's counts epochs.
_SELDOM = 5
# Steps that are looked at may miss the peak itself.
_MOST_START, _NEARLY, _PAST_PEAK = 0.3, 0.8, 30


def check_schedule(history: History) -> Iterator[Symptom]:
    """The symptom that the learning rates of the steps looked at show, if any; once, as it is slow to ask."""
    if history.is_schedule_told or len(history.sampled) < 2:
        return
    symptom = _zero(history) or check_plateau(history) or _died(history) or _stands_still(history) or _squared(history)
    if symptom is not None:
        history.is_schedule_told = True
        yield symptom


def _zero(history: History) -> Symptom | None:
    """A rate of exactly 0 from the first step on. One step of it is how many a warm-up begins."""
    steps = history.sampled[-1].step + 1
    if steps <= _ZERO_STEPS or any(sample.learning_rate != 0 for sample in history.sampled):
        return None
    return Symptom(
        "optimizer.rate_zero", OPTIMIZER, 0, 0,
        f"the learning rate was exactly 0 at each of the first {steps} steps, so that no weight moves"
        f"{_by(history.schedules(), len(history.losses))}",
    )  # fmt: skip


def _died(history: History) -> Symptom | None:
    """A rate that has fallen to a thousandth, and stays there for longer than the training before took."""
    alive = [sample for sample in history.sampled if sample.learning_rate > 0]
    peak = max((sample.learning_rate for sample in alive), default=0.0)
    now = history.sampled[-1]
    if now.learning_rate > _DIED * peak or not alive:
        return None
    above = [sample.step for sample in alive if sample.learning_rate > _DIED * peak]
    # A warm-up's first steps are no life that a rate could lose.
    lived, dead = above[-1] - above[0] + 1, now.step - above[-1]
    if dead < max(_DEAD_STEPS, _LIFETIMES * lived) or not _could_learn_more(history):
        return None
    schedules = history.schedules()
    # A rate of exactly 0 is nobody's fine tuning, whatever has been learned before.
    is_meant = now.learning_rate > 0 and not any(_is_stepped_with(one, len(history.losses)) for one in schedules)
    if history.has_learned() and is_meant:
        return None
    return Symptom(
        "optimizer.rate_died", OPTIMIZER, now.learning_rate, _DIED * peak,
        f"the learning rate has fallen from {peak:.2g} to {now.learning_rate:.2g} by step {above[-1] + 1}, and the "
        f"{dead} steps since then move next to nothing{_by(schedules, len(history.losses))}",
    )  # fmt: skip


def _could_learn_more(history: History) -> bool:
    late = history.late_relative()
    return late > _STILL_TO_LEARN if late is not None else not history.has_fallen(0.5)


def _stands_still(history: History) -> Symptom | None:
    """A rate far below what its schedule starts from, which is not called, or not called for each step."""
    steps, rate = len(history.losses), history.sampled[-1].learning_rate
    if steps < _UNMOVED_STEPS or history.has_fallen(0.98) or history.has_learned() or rate == 0:
        return None
    if len({sample.learning_rate for sample in history.sampled[-5:]}) > 1:
        return None
    # Where a weight still moves by a thousandth of its size, the rate is not what holds it back.
    if max(history.largest_updates[-5:], default=1.0) > _MOVES:
        return None
    for one in history.schedules():
        meant = max(one.base_rates, default=0.0)
        if meant * _FAR_BELOW > rate and one.steps * _SELDOM < steps:
            return Symptom(
                "optimizer.rate_unscheduled", OPTIMIZER, rate, meant,
                f"the learning rate stays at {rate:.2g}, where the schedule is to lead to {meant:.2g}"
                f"{_by([one], steps)}",
            )  # fmt: skip
    return None


def _squared(history: History) -> Symptom | None:
    """A rate whose peak is the square of what its schedule starts from: a factor was meant, and is the rate itself."""
    known = [group.initial for group in history.groups if group.initial is not None]
    start = max(known, default=0.0)
    if not 0 < start < _MOST_START or len(known) < len(history.groups):
        return None
    peak = max(sample.learning_rate for sample in history.sampled)
    first = next(sample.step for sample in history.sampled if sample.learning_rate == peak)
    if not _NEARLY * start**2 <= peak <= 1.01 * start**2 or history.sampled[-1].step - first < _PAST_PEAK:
        return None
    for one in history.schedules():
        if one.name == "LambdaLR":
            return Symptom(
                "optimizer.squared_rate", OPTIMIZER, peak, start,
                f"the learning rate is at most {peak:.2g}, the square of the optimizer's {start:.2g}: the LambdaLR's "
                "function gives a rate, and what it gives is multiplied by the optimizer's",
            )  # fmt: skip
    return None


def _is_stepped_with(schedule: Schedule, steps: int) -> bool:
    return schedule.steps * 1.25 >= steps


def _by(schedules: Sequence[Schedule], steps: int) -> str:
    """Who has set the rate, and how often it was called, as the end of a sentence."""
    parts = []
    for one in schedules:
        if one.steps == 0:
            parts.append(f"the {one.name}'s step() has not been called in these {steps} steps")
        elif one.steps * _SELDOM < steps:
            parts.append(f"the {one.name}'s step() was called {_times(one.steps)} in {steps} steps (once an epoch?)")
        else:
            parts.append(f"the {one.name}'s step() was called {_times(one.steps)} in {steps} steps")
    return "".join(f"; {part}" for part in parts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
