"""The monitor as a callback of Keras 3, on its torch backend."""

from collections.abc import Callable, Mapping

from faultloc.methods.deep_localize.adapters.keras_view import KerasModelView, KerasOptimizerView
from faultloc.methods.deep_localize.adapters.trainer_watch import TrainerWatch
from faultloc.methods.deep_localize.diagnosis import Diagnosis, TrainingFault
from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.trainer_import import check_torch_backend, import_keras

keras = import_keras(purpose="watching a Keras training")


class DeepLocalize(keras.callbacks.Callback):
    """Watches a fit and keeps a finding for each fault that it sees; afterwards ``diagnosis`` has them.

        watch = DeepLocalize(on_error="stop")
        model.fit(x, y, callbacks=[watch])
        print(watch.diagnosis.summary)

    Layers are named as in Keras, those of a model inside the model ``inner/dense``. The settings are those of
    ``TrainingMonitor``: ``on_error`` is ``warn``, ``stop`` (sets ``model.stop_training``) or ``raise``
    (``TrainingFault``). Keras does not tell its callbacks of an error: where you carry on after one, call ``close``.

    Raises:
        ConfigError: ``every`` or ``on_error`` is none of the monitor's settings, or Keras runs on another backend.
    """

    def __init__(
        self, *, every: int = 10, on_error: str = "warn", on_finding: Callable[[Finding], object] | None = None
    ) -> None:
        super().__init__()
        check_torch_backend(keras)
        self._run = TrainerWatch(every=every, on_error=on_error, on_finding=on_finding)
        self._optimizer: KerasOptimizerView | None = None

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

    def close(self, error: BaseException | None = None) -> None:
        """Takes all hooks away, after a fit that ended with ``error``; after any other they are gone."""
        if self._optimizer is not None:
            self._optimizer.detach()
            self._optimizer = None
        self._run.end(error)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Model and optimizer are ready."""
        self.close()
        self._optimizer = KerasOptimizerView(self.model.optimizer, self.model.trainable_variables)
        self._run.begin(KerasModelView(self.model), [self._optimizer], type(self.model).__name__)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """A step is over."""
        try:
            self.model.stop_training |= self._run.should_stop()
        except TrainingFault:
            self.close()
            raise

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """The fit has ended."""
        self.close()
