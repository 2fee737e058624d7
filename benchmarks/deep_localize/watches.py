"""The tools that are compared, each as a watch of a program."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.finding import MODEL
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.deep_localize.released_rules import ReleasedMonitor


@dataclass(frozen=True)
class Answer:
    """What a tool said first: ``place`` and ``phase`` are empty where it names none; ``step`` from 0."""

    is_alarm: bool
    is_error: bool = False
    phase: str = ""
    place: str = ""
    step: int = -1
    text: str = ""


SILENT = Answer(False)


class Recorder:
    """A watch that keeps the answer of its tool."""

    def __init__(self, tool: str) -> None:
        self.answer = SILENT
        self._tool = tool

    def __call__(
        self, model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: Callable[..., Tensor] | None
    ) -> AbstractContextManager[object]:
        return WATCHES[self._tool](self, model, optimizer, loss_fn)


@contextmanager
def _monitored(
    recorder: Recorder, model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: object
) -> Iterator[None]:
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    try:
        yield
    finally:
        diagnosis = monitor.close()
        cause = diagnosis.cause
        if cause is not None:
            recorder.answer = Answer(
                True,
                any(finding.severity == "error" for finding in diagnosis.findings),
                cause.phase,
                # A program names the whole model as named_modules() does.
                "" if cause.place == MODEL else cause.place,
                min(finding.step for finding in diagnosis.findings),
                cause.text,
            )


@contextmanager
def _released(
    recorder: Recorder, model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: object
) -> Iterator[None]:
    first = optimizer if isinstance(optimizer, Optimizer) else optimizer[0]
    monitor = ReleasedMonitor(model, first).attach()
    try:
        yield
    finally:
        verdict = monitor.close()
        if verdict is not None:
            phase = next((phase for word, phase in _PHASES.items() if word in verdict.message), "")
            recorder.answer = Answer(True, True, phase, verdict.layer or "loss", verdict.batch, verdict.message)


_PHASES = {"forward": "forward", "Weights, ": "update", "elta": "backward", "Gradient": "backward", "loss": "loss"}


class _Stopped(Exception):
    """Training was ended by the tool."""


@contextmanager
def _anomaly(
    recorder: Recorder, model: nn.Module, optimizer: Optimizer | Sequence[Optimizer], loss_fn: object
) -> Iterator[None]:
    """PyTorch's anomaly detection together with what is called terminate-on-NaN elsewhere."""
    original = torch.autograd.backward

    def backward(tensors: Tensor, *arguments: object, **named: object) -> None:
        if not math.isfinite(float(tensors.detach().mean())):
            recorder.answer = Answer(True, True, "loss", "loss", text="the loss is not finite")
            raise _Stopped
        try:
            original(tensors, *arguments, **named)  # type: ignore[arg-type]
        except RuntimeError as error:
            recorder.answer = Answer(True, True, "backward", "", text=str(error))
            raise _Stopped from error

    torch.autograd.backward = backward  # type: ignore[assignment]
    try:
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.autograd.backward = original


WATCHES = {"monitor": _monitored, "released rules": _released, "anomaly mode": _anomaly}
