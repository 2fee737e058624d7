"""The recorder of margins as a callback of Keras 3, on its torch backend."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from faultloc.own.dataset.labels import class_indices
from faultloc.own.dataset.values import as_array
from faultloc.own.training_record.one_pass import paired
from faultloc.own.training_record.recorder import MarginRecorder
from faultloc.trainer_import import check_torch_backend, import_keras

keras = import_keras(purpose="recording a Keras training")


class RecordMargins(keras.callbacks.Callback):
    """Asks the model about its whole training set after each epoch of a fit, and keeps the margins.

        recorder = MarginRecorder(len(x))
        model.fit(x, y, callbacks=[RecordMargins(recorder, x, y)])
        recorder.save("training.npz")

    Keras does not hand its callbacks the data. ``labels`` are class numbers, or one-hot rows. A model that ends in a
    softmax has its logarithm taken (``ends_in_softmax``), whose margins are those of the logits.

    Raises:
        ConfigError: Keras runs on another backend.
        DataError: the inputs are no array of numbers, a label is no class number, or there are not as many of both.
    """

    def __init__(
        self, recorder: MarginRecorder, inputs: object, labels: object, *, ends_in_softmax: bool = False
    ) -> None:
        super().__init__()
        check_torch_backend(keras)
        given = as_array(labels)
        given = given.argmax(axis=1) if given.ndim == 2 and given.shape[1] > 1 else given.reshape(-1)
        self._recorder, self._ends_in_softmax = recorder, ends_in_softmax
        # Here, and not once an epoch is over. Of floating point Keras takes whole numbers, too.
        self._data = paired(as_array(inputs), class_indices(given.tolist(), None))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """An epoch is over."""
        self._recorder.after_epoch(_Answers(self.model, self._ends_in_softmax), self._data)


class _Answers(nn.Module):
    """A Keras model's logits in evaluation."""

    def __init__(self, model: "keras.Model", ends_in_softmax: bool) -> None:
        super().__init__()
        self._asked = [model]  # in a list, so that it is no submodule: Keras is told of its mode in the call
        self._ends_in_softmax = ends_in_softmax

    def forward(self, inputs: Tensor) -> Tensor:
        answer = self._asked[0](inputs, training=False)
        # What is too small for single precision counts as the smallest number: a margin has to be finite.
        return answer.clamp_min(torch.finfo(answer.dtype).tiny).log() if self._ends_in_softmax else answer
