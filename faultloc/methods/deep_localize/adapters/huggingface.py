"""The monitor as a callback of Hugging Face's ``Trainer``."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import nn
from torch.optim import Optimizer

from faultloc.methods.deep_localize.adapters.trainer_watch import TrainerWatch
from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.trainer_import import import_transformers

if TYPE_CHECKING:
    from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
else:
    transformers = import_transformers(purpose="watching a Hugging Face training")
    TrainerCallback, TrainerControl = transformers.TrainerCallback, transformers.TrainerControl
    TrainerState, TrainingArguments = transformers.TrainerState, transformers.TrainingArguments


class DeepLocalizeCallback(TrainerCallback):
    """Watches a training and keeps a finding for each fault that it sees; afterwards ``diagnosis`` has them.

        watch = DeepLocalizeCallback(on_error="stop")
        Trainer(model=model, args=arguments, train_dataset=data, callbacks=[watch]).train()
        print(watch.diagnosis.summary)

    The settings are those of ``TrainingMonitor``: ``on_error`` is ``warn``, ``stop`` (sets
    ``control.should_training_stop``) or ``raise`` (``TrainingFault``). Gradients are those that the optimizer is given,
    after clipping. The Trainer does not tell its callbacks of an error: where you carry on after one, call ``close``.

    Raises:
        ConfigError: ``every`` or ``on_error`` is none of the monitor's settings.
    """

    def __init__(
        self, *, every: int = 10, on_error: str = "warn", on_finding: Callable[[Finding], object] | None = None
    ) -> None:
        self._run = TrainerWatch(every=every, on_error=on_error, on_finding=on_finding)

    @property
    def diagnosis(self) -> Diagnosis:
        """What was found so far, or in the training that has ended.

        Raises:
            ConfigError: no training has begun yet.
        """
        return self._run.diagnosis

    @property
    def run(self) -> WatchedRun | None:
        """What was seen of the last training that has ended; None before."""
        return self._run.run

    def close(self, error: BaseException | None = None) -> None:
        """Takes all hooks away, after a training that ended with ``error``; after any other they are gone."""
        self._run.end(error)

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: nn.Module,
        optimizer: Optimizer,
        **_: object,
    ) -> None:
        """Model and optimizer are ready."""
        self._run.begin(model, [_without_wrapper(optimizer)])

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> TrainerControl:
        """The optimizer has taken a step."""
        control.should_training_stop |= self._run.should_stop()
        return control

    def on_substep_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> TrainerControl:
        """A batch was seen whose gradients are accumulated."""
        return self.on_step_end(args, state, control)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """The training has ended."""
        self._run.end()


def _without_wrapper(optimizer: Optimizer) -> Optimizer:
    """The optimizer that takes the steps; Accelerate's wrapper takes one only when the gradients are complete."""
    inner = getattr(optimizer, "optimizer", None)
    return _without_wrapper(inner) if isinstance(inner, Optimizer) else optimizer
