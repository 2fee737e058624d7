"""The monitor as a callback of PyTorch Lightning's ``Trainer``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from torch import nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.adapters.part_calls import PartCalls
from faultloc.methods.deep_localize.adapters.trainer_watch import TrainerWatch
from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.trainer_import import import_lightning

if TYPE_CHECKING:
    from lightning.pytorch import Callback
else:
    Callback = import_lightning(purpose="watching a Lightning training").Callback


@runtime_checkable
class Fitting(Protocol):
    """What is needed of a trainer, which may be of ``lightning`` or of ``pytorch_lightning``."""

    optimizers: list[Optimizer]
    should_stop: bool


class DeepLocalize(Callback):
    """Watches a fit and keeps a finding for each fault that it sees; afterwards ``diagnosis`` has them.

        watch = DeepLocalize(on_error="stop")
        Trainer(callbacks=[watch]).fit(module, loader)
        print(watch.diagnosis.summary)

    The settings are those of ``TrainingMonitor``: ``on_error`` is ``warn``, ``stop`` (sets ``trainer.should_stop``,
    which Lightning heeds once ``min_epochs`` and ``min_steps`` have passed) or ``raise`` (``TrainingFault``). Gradients
    are those that the optimizer is given, after clipping.

    Raises:
        ConfigError: ``every`` or ``on_error`` is none of the monitor's settings.
    """

    def __init__(
        self, *, every: int = 10, on_error: str = "warn", on_finding: Callable[[Finding], object] | None = None
    ) -> None:
        self._run = TrainerWatch(every=every, on_error=on_error, on_finding=on_finding)
        self._parts: PartCalls | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What was found so far, or in the fit that has ended.

        Raises:
            ConfigError: no training has begun yet.
        """
        return self._run.diagnosis

    @property
    def run(self) -> WatchedRun | None:
        """What was seen of the last training that has ended; None before."""
        return self._run.run

    def on_train_start(self, trainer: Fitting, pl_module: nn.Module) -> None:
        """The optimizers are there, and the weights of a checkpoint."""
        self.close()
        monitor = self._run.begin(pl_module, trainer.optimizers)
        self._parts = PartCalls(pl_module, monitor)

    def on_train_batch_start(self, trainer: Fitting, pl_module: nn.Module, batch: object, batch_idx: int) -> None:
        """A training step begins."""
        if self._parts is not None:
            self._parts.begin_batch()

    def on_train_batch_end(
        self, trainer: Fitting, pl_module: nn.Module, outputs: object, batch: object, batch_idx: int
    ) -> None:
        """A training step is over."""
        if self._run.should_stop():
            trainer.should_stop = True

    def on_train_end(self, trainer: Fitting, pl_module: nn.Module) -> None:
        """The fit has ended."""
        self.close()

    def on_exception(self, trainer: Fitting, pl_module: nn.Module, exception: BaseException) -> None:
        """The fit has failed, or was interrupted."""
        self.close(exception)

    def close(self, error: BaseException | None = None) -> None:
        """Takes all hooks away; Lightning itself says so after a fit, and after an error, which is ``error``."""
        if self._parts is not None:
            self._parts.remove()
            self._parts = None
        self._run.end(error)
