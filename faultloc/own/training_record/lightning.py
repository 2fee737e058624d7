"""The recorder of margins as a callback of PyTorch Lightning's ``Trainer``."""

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from torch import nn

from faultloc.errors import MissingPackageError
from faultloc.own.training_record.recorder import MarginRecorder
from faultloc.torchvision_import import import_torchvision

if TYPE_CHECKING:
    from lightning.pytorch import Callback
else:
    with suppress(MissingPackageError):  # Lightning's metrics import torchvision where it is there
        import_torchvision("torchvision", purpose="Lightning")
    try:
        from lightning.pytorch import Callback
    except ModuleNotFoundError as error:
        if error.name not in ("lightning", "lightning.pytorch"):
            raise
        try:
            from pytorch_lightning import Callback
        except ModuleNotFoundError as other:
            if other.name != "pytorch_lightning":
                raise
            raise MissingPackageError("lightning", "recording a Lightning training", "lightning") from None


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
