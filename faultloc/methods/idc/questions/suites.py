"""A test suite as the experiments take it: inputs and labels, on the network's device, in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.errors import DataError
from faultloc.methods.idc.unit_outputs import UnitOutputs
from faultloc.methods.idc.units import UnitReader
from faultloc.probes.predictions import predict_logits


@dataclass(frozen=True)
class Suite:
    """``inputs`` as they are stored (images of bytes, or numbers that the network takes), and the class of each."""

    inputs: Shaped[Tensor, "sample ..."]
    labels: Int[np.ndarray, "sample"]

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, size: int) -> Iterator[tuple[Tensor, Int[np.ndarray, "_"]]]:
        """Inputs and labels, ``size`` samples at a time."""
        for start in range(0, len(self), size):
            yield self.inputs[start : start + size], self.labels[start : start + size]

    def select(self, places: Int[np.ndarray, "_"]) -> "Suite":
        """The samples at ``places``, in that order."""
        return Suite(self.inputs[torch.from_numpy(places).to(self.inputs.device)], self.labels[places])

    def answered_rightly(self, network: nn.Module, *, batch_size: int) -> "Suite":
        """Those samples whose class the network answers.

        Raises:
            DataError: there are none.
        """
        said = predict_logits(network, self.inputs, batch_size=batch_size).argmax(1)
        right = np.flatnonzero(said == self.labels)
        if not len(right):
            raise DataError(
                f"the model answers none of {len(self)} samples rightly; expected some: check the order of the classes "
                "and the scaling of the inputs"
            )
        return self.select(right)


def read_suite(reader: UnitReader, inputs: Shaped[Tensor, "sample ..."], *, batch_size: int) -> UnitOutputs:
    """The units of all inputs, in memory, so that many suites of the same samples need no further pass.

    Raises:
        DataError, ModelError, TrainingError: as ``UnitReader.read``.
    """
    return join_units([reader.read(batch) for batch in inputs.split(batch_size)])


def join_units(parts: Sequence[UnitOutputs]) -> UnitOutputs:
    """The samples of all parts, one after another; their labels are left out.

    Raises:
        DataError: there is no part.
    """
    if not parts:
        raise DataError("there are no samples to read units of; expected at least one")
    values = tuple(np.concatenate(of_layer) for of_layer in zip(*(part.values for part in parts), strict=True))
    answers: list[Float[np.ndarray, "_ class"]] = [part.answers for part in parts if part.answers is not None]
    return UnitOutputs(parts[0].layers, values, np.concatenate(answers) if len(answers) == len(parts) else None)


def take_samples(units: UnitOutputs, places: Int[np.ndarray, "_"]) -> UnitOutputs:
    """The units of the samples at ``places``, in that order; their labels are left out."""
    answers = None if units.answers is None else units.answers[places]
    return UnitOutputs(units.layers, tuple(values[places] for values in units.values), answers)
