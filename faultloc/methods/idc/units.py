"""From a batch to what each unit says of each sample."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from faultloc.errors import ConfigError, DataError, ModelError, TrainingError
from faultloc.methods.idc.unit_outputs import Unit, UnitOutputs
from faultloc.probes.layer_outputs import Point, read_layer_outputs
from faultloc.subject.batches import as_model_input, as_tensor
from faultloc.subject.dataset import LabeledDataset

__all__ = ["Unit", "UnitOutputs", "UnitReader", "labelled_batches", "unit_means", "unit_sums"]


@dataclass(frozen=True, eq=False)
class UnitReader:
    """Reads units of ``layers`` of ``model`` (None: all convolutional, linear and recurrent ones, the last too).

    The ``point`` is before or after the activation function: the papers mean after, their code on PyTorch takes before.
    A unit is a channel of a convolution (the mean over its map) or a feature of a linear layer; a sequence counts by
    the mean over its steps.

    Raises:
        ConfigError: there is no such point.
    """

    model: nn.Module
    layers: Sequence[str] | None = None
    point: Point = "before"

    def __post_init__(self) -> None:
        if self.point not in get_args(Point):
            raise ConfigError(
                f"units are to be read at the point {self.point!r}; expected {' or '.join(get_args(Point))}"
            )

    def is_like(self, other: "UnitReader") -> bool:
        """True if both read the same of every batch, so that one reading does for both."""
        return self.model is other.model and (self.layers, self.point) == (other.layers, other.point)

    def read(self, batch: object) -> UnitOutputs:
        """The units of a batch: a tensor of inputs, or a sequence of inputs, labels and whatever else.

        Raises:
            DataError: the batch is empty, or neither of both.
            ModelError: a layer gives nothing that has units.
            TrainingError: an activation is not a finite number.
        """
        inputs, labels = _inputs_and_labels(batch)
        device = next((parameter.device for parameter in self.model.parameters()), inputs.device)
        given = as_model_input(inputs.to(device))
        outputs = read_layer_outputs(self.model, given, self.layers, point=self.point, keep=unit_means)
        values = {name: kept.cpu().numpy() for name, kept in outputs.kept.items()}
        for name, of_layer in values.items():
            _require_finite(name, of_layer)
        answer = outputs.answer
        is_matrix = isinstance(answer, Tensor) and answer.ndim == 2
        answers = _as_float(answer).cpu().numpy() if is_matrix else None  # type: ignore[arg-type]
        return UnitOutputs(tuple(values), tuple(values.values()), answers, labels)

    def read_all(self, batches: Iterable[object]) -> UnitOutputs:
        """The units of all ``batches`` one behind the other.

        Raises:
            DataError: there is no batch.
            ModelError, TrainingError: as ``read``.
        """
        read = [self.read(batch) for batch in batches]
        if not read:
            raise DataError("there are no samples to read units of; expected at least one batch")
        values = tuple(np.concatenate(of_layer) for of_layer in zip(*(units.values for units in read), strict=True))
        answers, labels = ([getattr(units, name) for units in read] for name in ("answers", "labels"))
        return UnitOutputs(read[0].layers, values, _joined(answers), _joined(labels))


def labelled_batches(
    dataset: LabeledDataset, device: torch.device, size: int
) -> Iterator[tuple[Num[Tensor, "sample ..."], np.ndarray]]:
    """The stored inputs of ``dataset`` on ``device``, so many at once, each batch with what is given for it."""
    inputs = as_tensor(dataset.inputs, device)
    for start in range(0, len(dataset), size):
        yield inputs[start : start + size], dataset.given[start : start + size]


def unit_means(layer: nn.Module, output: object) -> Float[Tensor, "sample neuron"]:
    """A copy of a layer's output with one number a unit: means over maps, and over the steps of sequences.

    Raises:
        ModelError: the output has no units.

    Differs: public code for coverage of recurrent layers unrolls them and takes each step for a layer; with sequences
    of any length there would be no fixed number of units.
    """
    if isinstance(layer, nn.RNNBase):
        return _step_means(layer, output)
    if not isinstance(output, Tensor) or output.ndim < 2:
        raise ModelError(
            f"the layer {type(layer).__name__} gives no tensor with a row for each sample; expected a layer with units"
        )
    values = _as_float(output)
    if values.ndim == 2:
        return values.clone()
    return values.flatten(2).mean(2) if has_maps(layer, values) else values.mean(1)


def unit_sums(layer: nn.Module, values: Float[Tensor, "sample ..."]) -> Float[Tensor, "sample neuron"]:
    """The sum over the map of each channel, or over the steps of a sequence: what attributions of a unit add up to."""
    if values.ndim == 2:
        return values
    return values.flatten(2).sum(2) if has_maps(layer, values) else values.sum(1)


def has_maps(layer: nn.Module, values: Tensor) -> bool:
    """Maps have the channel first, and sequences (of tokens, say) the feature last."""
    return isinstance(layer, _ConvNd | _BatchNorm) or values.ndim > 3


def _step_means(layer: nn.RNNBase, output: object) -> Float[Tensor, "sample neuron"]:
    sequence = output[0] if isinstance(output, tuple) else output
    if isinstance(sequence, PackedSequence):
        padded, lengths = pad_packed_sequence(sequence, batch_first=True)
        return _as_float(padded).sum(1) / lengths.to(padded.device)[:, None]
    assert isinstance(sequence, Tensor)
    return _as_float(sequence).mean(1 if layer.batch_first else 0)


def _joined(parts: Sequence[np.ndarray | None]) -> np.ndarray | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _as_float(values: Tensor) -> Float[Tensor, "..."]:
    return values if values.dtype in (torch.float32, torch.float64) else values.float()


def _inputs_and_labels(batch: object) -> tuple[Num[Tensor, "sample ..."], Int[np.ndarray, "sample"] | None]:
    parts = list(batch) if isinstance(batch, tuple | list) else [batch]
    inputs = torch.from_numpy(parts[0]) if parts and isinstance(parts[0], np.ndarray) else (parts or [None])[0]
    if not isinstance(inputs, Tensor):
        raise DataError(
            f"a batch is a {type(batch).__name__} that does not begin with a tensor; expected a tensor of inputs, or "
            "inputs and labels"
        )
    if inputs.ndim < 2 or not len(inputs):
        raise DataError(f"a batch has the shape {list(inputs.shape)}; expected at least one sample with its features")
    if len(parts) < 2:
        return inputs, None
    labels = parts[1].cpu().numpy() if isinstance(parts[1], Tensor) else np.asarray(parts[1])
    # What is no class (a real number, a box) is no label here; only criteria that need labels ask for them.
    if labels.shape != (len(inputs),) or not np.issubdtype(labels.dtype, np.integer):
        return inputs, None
    return inputs, labels


def _require_finite(layer: str, values: Float[np.ndarray, "sample neuron"]) -> None:
    finite = np.isfinite(values).all(1)
    if not finite.all():
        raise TrainingError(
            f"layer {layer!r} has activations that are NaN or infinite for {np.count_nonzero(~finite)} of "
            f"{len(values)} samples of a batch; expected finite numbers: check the inputs and the weights of the model"
        )
