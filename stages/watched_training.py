"""The monitor of DeepLocalize beside the training of a stage."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from torch import nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number, check_switch
from stages.shared import ranks

if TYPE_CHECKING:
    from faultloc.methods.deep_localize.diagnosis import Diagnosis
    from faultloc.methods.deep_localize.history import History
    from faultloc.methods.deep_localize.monitor import TrainingMonitor


class WatchedTraining:
    """Makes the monitor once a network has its optimizer (``watch``) and keeps it for what is asked afterwards.

    With ``warn`` the training goes on after an error, with all others of ``on_errors`` it ends in ``TrainingFault``.
    Nothing is watched unless ``enabled``.

    Raises:
        ConfigError: a setting of the group ``name`` makes no sense, or several processes train together.
    """

    def __init__(
        self, name: str, *, every: int, on_error: str, on_errors: tuple[str, ...], enabled: bool = True
    ) -> None:
        check_switch(f"{name}.enabled", enabled)
        check_number(f"{name}.every", every, at_least=1, whole=True)
        if on_error not in on_errors:
            raise ConfigError(f"{name}.on_error is {on_error!r}; expected {', '.join(on_errors)}")
        if enabled and ranks.count() > 1:
            # Each process sees the gradients of all, but its own part of the inputs and labels only.
            raise ConfigError(
                f"{name} is on, and {ranks.count()} processes train together; expected one to be watched: choose "
                f"{name}=off or runtime.launcher=python"
            )
        self._every, self._on_error = every, "warn" if on_error == "warn" else "raise"
        self._is_enabled = enabled
        self._monitor: TrainingMonitor | None = None

    def watch(self, network: nn.Module, optimizer: Optimizer) -> AbstractContextManager:
        """A monitor that watches inside a ``with`` block; what it finds waits for ``diagnosis``."""
        if not self._is_enabled:
            return nullcontext()
        # Only here: more than a hundred files, and stage train is seldom watched.
        from faultloc.methods.deep_localize.monitor import TrainingMonitor

        self._monitor = TrainingMonitor(
            network, optimizer, every=self._every, on_error=self._on_error, on_finding=lambda finding: None
        )
        return self._monitor

    @property
    def diagnosis(self) -> "Diagnosis | None":
        """What was found so far; None if nothing was watched."""
        return None if self._monitor is None else self._monitor.diagnosis()

    @property
    def history(self) -> "History":
        """The statistics so far, none if nothing was watched."""
        from faultloc.methods.deep_localize.history import History

        return History() if self._monitor is None else self._monitor.history

    def as_data(self) -> dict[str, object]:
        """Whether the training was watched, and what was found, as plain values for JSON."""
        diagnosis = self.diagnosis
        return {"watched": False} if diagnosis is None else {"watched": True, **diagnosis.as_data()}


def in_words(diagnosis: "Diagnosis") -> str:
    """The findings in a few words for a stage's log line."""
    cause, watched = diagnosis.cause, f"{diagnosis.steps} step{'s' * (diagnosis.steps != 1)} watched"
    if cause is None:
        return f"{watched}, no fault found"
    errors = sum(finding.severity == "error" for finding in diagnosis.findings)
    counts = (("error", errors), ("warning", len(diagnosis.findings) - errors))
    found = ", ".join(f"{count} {word}{'s' * (count > 1)}" for word, count in counts if count)
    return f"{watched}, {found}: {cause.text}"
