"""The learning-rate schedulers of an optimizer, found where they are: an optimizer does not know them."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

_Scheduler = TypeVar("_Scheduler", bound=LRScheduler)


@dataclass(frozen=True)
class Schedule:
    """One scheduler: its class's name, how often its ``step()`` was called, and the rates that it starts from."""

    name: str
    steps: int
    base_rates: Sequence[float]


@dataclass(frozen=True)
class Plateau:
    """A scheduler that cuts the rate where a figure gets no better: how often it was told one, and what it is set to.

    ``bad_calls`` are those since the last cut or the best figure that were no better.
    """

    mode: str
    calls: int
    bad_calls: int
    patience: int
    cooldown: int
    factor: float
    rate: float


def plateaus_of(optimizers: Sequence[Optimizer]) -> list[Plateau]:
    """Those of ``optimizers`` that are alive; as slow to ask as ``schedules_of``."""
    return [
        Plateau(
            one.mode,
            one.last_epoch,
            int(one.num_bad_epochs),
            one.patience,
            one.cooldown,
            one.factor,
            max(float(group["lr"]) for group in one.optimizer.param_groups),
        )
        for one in _alive(ReduceLROnPlateau, optimizers)
    ]


def schedules_of(optimizers: Sequence[Optimizer]) -> list[Schedule]:
    """The schedulers of ``optimizers`` that are alive; those inside another (``SequentialLR``) are left out.

    All objects of the process are gone through, which takes tens of milliseconds: only for when something is wrong.
    """
    mine = _alive(LRScheduler, optimizers)
    inner = {id(part) for one in mine for part in getattr(one, "_schedulers", ())}
    return [_described(one) for one in mine if id(one) not in inner]


def _alive(kind: type[_Scheduler], optimizers: Sequence[Optimizer]) -> list[_Scheduler]:
    own = {id(optimizer) for optimizer in optimizers}
    # By type: some objects, such as proxies, run code of their own when they are asked what they are.
    found = [one for one in gc.get_objects() if issubclass(type(one), kind)]
    return [one for one in found if _optimizer_of(one) in own]


def _optimizer_of(schedule: LRScheduler) -> int:
    # Lightning, Accelerate and users wrap optimizers: what is wrapped is kept as ``optimizer``.
    optimizer = getattr(schedule, "optimizer", None)
    return id(getattr(optimizer, "optimizer", optimizer))


def _described(schedule: LRScheduler) -> Schedule:
    counting: object = schedule
    while not hasattr(counting, "last_epoch") and getattr(counting, "_schedulers", None):  # a chain keeps no count
        counting = counting._schedulers[0]  # type: ignore[attr-defined]
    # The first step is the scheduler's own, taken when it is made; some schedulers keep no such count.
    count = getattr(counting, "_step_count", None)
    steps = count - 1 if isinstance(count, int) else int(getattr(counting, "last_epoch", 0))
    return Schedule(type(schedule).__name__, max(0, steps), [float(rate) for rate in getattr(counting, "base_lrs", ())])
