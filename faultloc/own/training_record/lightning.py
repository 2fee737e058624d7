"""The recorder of margins as a callback of PyTorch Lightning's ``Trainer``."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from torch import nn

from faultloc.own.training_record.recorder import MarginRecorder
from faultloc.trainer_import import import_lightning

if TYPE_CHECKING:
    from lightning.pytorch import Callback
else:
    Callback = import_lightning(purpose="recording a Lightning training").Callback


@runtime_checkable
class Fitting(Protocol):
    """What is needed of a trainer, which may be of ``lightning`` or of ``pytorch_lightning``."""

    train_dataloader: object


class RecordMargins(Callback):
    """Asks the module about its whole training set after each epoch of a fit, and keeps the margins.

        recorder = MarginRecorder(len(dataset))
        Trainer(callbacks=[RecordMargins(recorder)]).fit(module, loader)
        recorder.save("training.npz")

    ``data`` is the training set, or a loader of it; without it, the trainer's own. Calling the module has to give
    logits. With several processes each of them records the whole: save that of the first.
    """

    def __init__(self, recorder: MarginRecorder, data: object = None) -> None:
        self._recorder, self._data = recorder, data

    def on_train_epoch_end(self, trainer: Fitting, pl_module: nn.Module) -> None:
        """An epoch is over."""
        self._recorder.after_epoch(pl_module, trainer.train_dataloader if self._data is None else self._data)
