"""Settings of an optimizer that are odd in themselves, seen at the first step."""

from collections.abc import Iterator, Sequence

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import OPTIMIZER
from faultloc.methods.deep_localize.hooks.optimizer_groups import Group

_LONG_MEMORY, _APART, _FEW_GROUPS = 0.99, 1e4, 3
_NEVER_FORGETS = 0.998


def check_settings(groups: Sequence[Group]) -> Iterator[Symptom]:
    """Betas in the wrong order, a momentum that never forgets, and rates of groups that are worlds apart."""
    for group in groups:
        if group.memory is not None and group.momentum is not None and group.memory < group.momentum >= _LONG_MEMORY:
            yield Symptom(
                "optimizer.swapped_betas", OPTIMIZER, group.momentum, group.memory,
                f"betas=({group.momentum:g}, {group.memory:g}): the first, the momentum, remembers longer than the "
                "second, the mean square that a step is divided by",
            )  # fmt: skip
            break
        if group.momentum is not None and group.momentum >= _NEVER_FORGETS:
            count = f"about {1 / (1 - group.momentum):.0f}" if group.momentum < 1 else "all"
            yield Symptom(
                "optimizer.momentum", OPTIMIZER, group.momentum, _NEVER_FORGETS,
                f"with a momentum of {group.momentum:g} a step is the sum of {count} gradients before it, and swings "
                "past where it should stop",
            )  # fmt: skip
            break
    yield from _far_apart(groups)


def _far_apart(groups: Sequence[Group]) -> Iterator[Symptom]:
    """Rates that differ ten thousand times. A rate of 0 freezes a group, and many rates are a plan."""
    moved = [group for group in groups if group.rate > 0 and group.names]
    if len({group.rate for group in moved}) < 2 or len(moved) > _FEW_GROUPS:
        return
    low, high = min(moved, key=lambda group: group.rate), max(moved, key=lambda group: group.rate)
    if low.optimizer == high.optimizer and high.rate >= _APART * low.rate:
        yield Symptom(
            "optimizer.group_rates", OPTIMIZER, high.rate / low.rate, _APART,
            f"the learning rate of {high.text} is {high.rate:.2g}, and that of {low.text} {low.rate:.2g}: "
            f"{high.rate / low.rate:.2g} times less",
        )  # fmt: skip
