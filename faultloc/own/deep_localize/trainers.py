"""Watching the trainers of other libraries in a script: each training gets the monitor's callback for that library.

``Trainer.fit`` of Lightning, ``Trainer.train`` of Hugging Face and ``Model.fit`` of Keras are wrapped for as long as
the script runs. A script that has given such a callback itself is left alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Protocol, runtime_checkable

from faultloc.methods.deep_localize.finding import Finding
from faultloc.methods.deep_localize.watched_run import WatchedRun
from faultloc.own.deep_localize.discovery import Discovery
from faultloc.own.deep_localize.imports import once_imported
from faultloc.own.deep_localize.nothing_trained import TORCH_BACKEND


@runtime_checkable
class TrainerCallback(Protocol):
    """The monitor as the callback of one of the libraries."""

    @property
    def run(self) -> WatchedRun | None:
        """What was seen of the training, once it has ended."""

    def close(self, error: BaseException | None = None) -> None:
        """Ends the watching; ``error`` is what ended the training."""


class WatchedTrainers:
    """Gives trainers their callbacks, and keeps what was seen in ``runs``; ``notes`` say what cannot be watched."""

    def __init__(
        self, discovery: Discovery, *, every: int, on_error: str, on_finding: Callable[[Finding], object]
    ) -> None:
        self.runs: list[WatchedRun] = []
        self.notes: list[str] = []
        self._discovery = discovery
        self._settings = {"every": every, "on_error": "raise" if on_error == "stop" else "warn"}
        self._on_finding = on_finding
        self._originals: list[tuple[type, str, object]] = []

    def restore(self) -> None:
        """Gives every class its own method back."""
        for owner, name, original in reversed(self._originals):
            setattr(owner, name, original)
        self._originals.clear()

    def wrap_lightning(self, module: ModuleType) -> None:
        """Trainings of ``Trainer.fit``."""

        def train(original: Callable, trainer: object, *given: object, **named: object) -> object:
            from faultloc.methods.deep_localize.adapters.lightning import DeepLocalize

            callbacks = trainer.callbacks  # type: ignore[attr-defined]
            if any(isinstance(one, DeepLocalize) for one in callbacks):
                return self._left_alone(original, trainer, *given, **named)
            watch = DeepLocalize(on_finding=self._on_finding, **self._settings)  # type: ignore[arg-type]
            callbacks.append(watch)
            try:
                return self._watched(watch, original, trainer, *given, **named)
            finally:
                callbacks.remove(watch)

        self._wrap(module.Trainer, "fit", train)

    def wrap_huggingface(self, module: ModuleType) -> None:
        """Trainings of ``Trainer.train``."""

        def train(original: Callable, trainer: object, *given: object, **named: object) -> object:
            from faultloc.methods.deep_localize.adapters.huggingface import DeepLocalizeCallback

            if any(isinstance(one, DeepLocalizeCallback) for one in trainer.callback_handler.callbacks):  # type: ignore[attr-defined]
                return self._left_alone(original, trainer, *given, **named)
            watch = DeepLocalizeCallback(on_finding=self._on_finding, **self._settings)  # type: ignore[arg-type]
            trainer.add_callback(watch)  # type: ignore[attr-defined]
            try:
                return self._watched(watch, original, trainer, *given, **named)
            finally:
                trainer.remove_callback(watch)  # type: ignore[attr-defined]

        self._wrap(module.Trainer, "train", train)

    def wrap_keras(self, module: ModuleType) -> None:
        """Trainings of ``Model.fit``, on the torch backend."""

        def train(original: Callable, model: object, *given: object, **named: object) -> object:
            from faultloc.methods.deep_localize.adapters.keras import DeepLocalize

            callbacks = named.get("callbacks") or []
            others = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
            # Positional callbacks and a ready CallbackList are the script's own affair.
            is_plain = isinstance(callbacks, list | tuple) and len(given) < _KERAS_CALLBACKS
            if not is_plain or any(isinstance(one, DeepLocalize) for one in others):
                return self._left_alone(original, model, *given, **named)
            watch = DeepLocalize(on_finding=self._on_finding, **self._settings)  # type: ignore[arg-type]
            return self._watched(watch, original, model, *given, **{**named, "callbacks": [*others, watch]})

        self._wrap(module.TorchTrainer, "fit", train)

    def note_backend(self, module: ModuleType) -> None:
        """Keras on another backend than torch, which the monitor cannot see into."""
        backend = module.__name__.split(".")[-2]
        note = f"Keras runs on the backend {backend!r} here, which cannot be watched; {TORCH_BACKEND}"
        if note not in self.notes:
            self.notes.append(note)

    def _wrap(self, owner: type, name: str, train: Callable) -> None:
        original = vars(owner)[name]

        @wraps(original)
        def wrapped(trainer: object, *given: object, **named: object) -> object:
            if self._discovery.is_paused:  # one training inside another: a tuner that looks for a learning rate
                return original(trainer, *given, **named)
            return train(original, trainer, *given, **named)

        self._originals.append((owner, name, original))
        setattr(owner, name, wrapped)

    def _left_alone(self, original: Callable, *given: object, **named: object) -> object:
        self.notes.append("a training that has this monitor's callback already is left to it")
        with self._discovery.paused():
            return original(*given, **named)

    def _watched(self, watch: TrainerCallback, original: Callable, *given: object, **named: object) -> object:
        raised: BaseException | None = None
        try:
            with self._discovery.paused():
                return original(*given, **named)
        except BaseException as error:
            raised = error
            raise
        finally:
            watch.close(raised)
            if watch.run is not None:
                self.runs.append(watch.run)


# x, y, batch_size, epochs and verbose stand before the callbacks.
_KERAS_CALLBACKS = 6


@contextmanager
def watching_trainers(
    discovery: Discovery, *, every: int, on_error: str, on_finding: Callable[[Finding], object]
) -> Iterator[WatchedTrainers]:
    """Inside the block, trainings of Lightning, of Hugging Face's Trainer and of Keras are watched."""
    watched = WatchedTrainers(discovery, every=every, on_error=on_error, on_finding=on_finding)
    wanted = {
        "lightning.pytorch.trainer.trainer": watched.wrap_lightning,
        "pytorch_lightning.trainer.trainer": watched.wrap_lightning,
        "transformers.trainer": watched.wrap_huggingface,
        "keras.src.backend.torch.trainer": watched.wrap_keras,
        "keras.src.backend.jax.trainer": watched.note_backend,
        "keras.src.backend.tensorflow.trainer": watched.note_backend,
    }
    try:
        with once_imported(wanted):
            yield watched
    finally:
        watched.restore()
