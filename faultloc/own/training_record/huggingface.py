"""The recorder of margins as a callback of Hugging Face's ``Trainer``."""

from typing import TYPE_CHECKING

from torch import nn

from faultloc.own.training_record.recorder import MarginRecorder
from faultloc.trainer_import import import_transformers

if TYPE_CHECKING:
    from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
else:
    transformers = import_transformers(purpose="recording a Hugging Face training")
    TrainerCallback, TrainerControl = transformers.TrainerCallback, transformers.TrainerControl
    TrainerState, TrainingArguments = transformers.TrainerState, transformers.TrainingArguments


class RecordMarginsCallback(TrainerCallback):
    """Asks the model about its whole training set after each epoch, and keeps the margins.

        recorder = MarginRecorder(len(data))
        Trainer(model=model, args=arguments, train_dataset=data, callbacks=[RecordMarginsCallback(recorder)]).train()
        recorder.save("training.npz")

    ``data`` is a loader of the training set; without it, the Trainer's own, with its collator. With several processes
    each of them records the whole: save that of the first.
    """

    def __init__(self, recorder: MarginRecorder, data: object = None) -> None:
        self._recorder, self._data = recorder, data

    def on_epoch_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        model: nn.Module,
        train_dataloader: object = None,
        **_: object,
    ) -> None:
        """An epoch is over."""
        self._recorder.after_epoch(model, train_dataloader if self._data is None else self._data)
