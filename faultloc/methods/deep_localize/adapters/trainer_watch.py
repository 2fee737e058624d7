"""What the adapters share: one run of a trainer and its monitor, from the run's begin to its end."""

from collections.abc import Callable, Sequence
from typing import get_args

from torch import nn
from torch.optim import Optimizer

from faultloc.errors import ConfigError
from faultloc.methods.deep_localize.diagnosis import Diagnosis, TrainingFault
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.monitor import OnError, TrainingMonitor
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.settings_check import check_number


class TrainerWatch:
    """The monitor of the run under way, or the diagnosis of the one before; ``run`` is what was seen of the last.

    An error is acted upon between two steps, where the trainer asks ``should_stop``, not inside the optimizer: the
    monitor itself never raises.

    Raises:
        ConfigError: ``every`` or ``on_error`` is none of the monitor's settings.
    """

    def __init__(
        self, *, every: int = 10, on_error: str = "warn", on_finding: Callable[[Finding], object] | None = None
    ) -> None:
        check_number("every", every, at_least=1, whole=True)
        if on_error not in get_args(OnError):
            raise ConfigError(f"on_error is {on_error!r}; expected {', '.join(get_args(OnError))}")
        self._every, self._on_error, self._on_finding = every, on_error, on_finding
        self._monitor: TrainingMonitor | None = None
        self._diagnosis: Diagnosis | None = None
        self.run: WatchedRun | None = None
        self._name = ""

    @property
    def diagnosis(self) -> Diagnosis:
        """What was found so far, or in the run that has ended.

        Raises:
            ConfigError: no training has begun yet.
        """
        found = self._diagnosis if self._monitor is None else self._monitor.diagnosis()
        if found is None:
            raise ConfigError(
                "there is no diagnosis, because no training has begun; expected this callback to be given to a trainer "
                "and its training to be run first"
            )
        return found

    def begin(self, model: nn.Module, optimizers: Sequence[Optimizer], name: str = "") -> TrainingMonitor:
        """A monitor of ``model``, attached; that of a run that never said its end is closed first."""
        self.end()
        self._name = name or type(model).__name__
        self._monitor = TrainingMonitor(
            model,
            optimizers,
            every=self._every,
            on_error="warn" if self._on_error == "warn" else "stop",
            on_finding=self._on_finding,
        ).attach()
        return self._monitor

    def should_stop(self) -> bool:
        """Whether the trainer should stop, after a step.

        Raises:
            TrainingFault: the run has an error and ``on_error`` is ``raise``; all hooks are gone.
        """
        if self._monitor is None or not self._monitor.should_stop:
            return False
        if self._on_error == "raise":
            self.end()
            raise TrainingFault(next(one for one in self.diagnosis.findings if one.severity == "error"))
        return True

    def end(self, error: BaseException | None = None) -> None:
        """Takes all hooks away and keeps the diagnosis; the second call does nothing.

        ``error`` is what ended the training before its time.
        """
        if self._monitor is not None:
            if error is not None and not isinstance(error, TrainingFault):
                self._monitor.ended_by(error)
            self._diagnosis = self._monitor.close()
            self.run = WatchedRun(self._name, self._diagnosis, self._monitor.history)
            self._monitor = None
