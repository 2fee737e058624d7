"""What a benchmark program is: a training script, and the truth about its fault, written down with it."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor, nn
from torch.optim import Optimizer

# When a fault shows: at the first step, from shapes, ranges and wiring; by values that are not finite or explode; only
# after several steps.
Kind = Literal["contract", "numerical", "dynamic"]
# Labels come with the input.
Phase = Literal["input", "forward", "loss", "backward", "update"]
Part = Literal["input", "labels", "network", "weights", "loss", "optimizer", "step"]


class Watch(Protocol):
    """Watches the training inside its context. It may raise from inside the loop to stop; no program catches that."""

    def __call__(
        self, model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> AbstractContextManager[object]: ...


def unwatched(
    model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
) -> AbstractContextManager[object]:
    """A watch that does nothing."""
    return nullcontext()


@dataclass(frozen=True)
class Outcome:
    """What training came to, in the same terms for both twins: on the training samples and their true targets.

    loss: with classes the share of wrong labels; without, the mean absolute error in the units of the target, divided
        by what always answering the mean would give. Less is better, 0 is perfect, infinite if an answer is not finite.
    accuracy: the share of right labels in [0, 1]; None without classes.
    weights: the model's state after the last step.
    """

    loss: float
    accuracy: float | None
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Program:
    """A faulty training script and its fixed twin.

    run: takes ``fixed``, ``seed`` and ``watch``.
    expected_phase, expected_place: what a right answer may say. A place is a name in ``model.named_modules()``,
        ``"input"``, ``"labels"``, ``"loss"`` or ``"optimizer"``.
    fix: what the twin does differently, in words; ``changes``: which parts of the script that touches, and no others.
    headline: False where the fault is too weak or too hard for the score; it is reported apart.
    """

    id: str
    kind: Kind
    run: Callable[[bool, int, Watch], Outcome]
    expected_phase: frozenset[Phase]
    expected_place: frozenset[str]
    fix: str
    changes: frozenset[Part]
    headline: bool


@dataclass(frozen=True)
class HealthyProgram:
    """A training script with nothing wrong; ``most_loss`` or ``least_accuracy`` is what it has to reach."""

    id: str
    run: Callable[[int, Watch], Outcome]
    most_loss: float | None
    least_accuracy: float | None


def faulty(
    name: str,
    *,
    kind: Kind,
    phase: AbstractSet[Phase],
    place: AbstractSet[str],
    fix: str,
    changes: AbstractSet[Part],
    headline: bool = True,
) -> Callable[[Callable[[bool, int, Watch], Outcome]], Program]:
    """Makes a program of the function below it."""

    def declare(run: Callable[[bool, int, Watch], Outcome]) -> Program:
        return Program(name, kind, run, frozenset(phase), frozenset(place), fix, frozenset(changes), headline)

    return declare


def healthy(
    name: str, *, most_loss: float | None = None, least_accuracy: float | None = None
) -> Callable[[Callable[[int, Watch], Outcome]], HealthyProgram]:
    """Makes a healthy program of the function below it."""

    def declare(run: Callable[[int, Watch], Outcome]) -> HealthyProgram:
        return HealthyProgram(name, run, most_loss, least_accuracy)

    return declare
