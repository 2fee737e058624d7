"""What each unit says of each sample: a channel's mean over its map, a neuron's output."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import DataError
from faultloc.methods.idc.speaking_samples import samples_of_class
from faultloc.methods.idc.top_units import top_units

# A layer's name and a number in it.
Unit = tuple[str, int]


@dataclass(frozen=True)
class UnitOutputs:
    """One number a sample and unit, a matrix [sample, neuron] a layer; and what goes with the samples.

    ``answers`` are the network's outputs where they are a matrix, else None. ``labels`` are those that came with the
    batch, else None.
    """

    layers: tuple[str, ...]
    values: tuple[Float[np.ndarray, "sample _"], ...]
    answers: Float[np.ndarray, "sample class"] | None = None
    labels: Int[np.ndarray, "sample"] | None = None

    def __len__(self) -> int:
        return len(self.values[0])

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of units of each layer."""
        return tuple(values.shape[1] for values in self.values)

    @cached_property
    def joined(self) -> Float[np.ndarray, "sample neuron"]:
        """The units of all layers side by side; made once for all criteria that look."""
        return np.concatenate(self.values, axis=1)

    @cached_property
    def joined_in_64_bits(self) -> Float[np.ndarray, "sample neuron"]:
        """``joined`` as 64-bit numbers; made once for all criteria that look."""
        return self.joined.astype(np.float64)

    def highest(self, k: int) -> tuple[Int[np.ndarray, "sample _"], ...]:
        """The places of the ``k`` highest units of each layer (``top_units``); made once for all that ask."""
        if k not in self._highest:
            self._highest[k] = tuple(top_units(values, k) for values in self.values)
        return self._highest[k]

    @cached_property
    def _highest(self) -> dict[int, tuple[Int[np.ndarray, "sample _"], ...]]:
        return {}

    def of_class(self, index: int | None) -> "UnitOutputs":
        """The same of the samples whose label is ``index``; for None all of them.

        Raises:
            DataError: there are no labels, or the class has no sample.
        """
        if index is None:
            return self
        if self.labels is None:
            raise DataError(f"the samples have no classes; expected no class to be chosen, found {index}")
        return self.of(samples_of_class(self.labels, index))

    def of(self, places: Int[np.ndarray, "kept"]) -> "UnitOutputs":
        """The same of the samples at ``places``."""
        answers = None if self.answers is None else self.answers[places]
        labels = None if self.labels is None else self.labels[places]
        return UnitOutputs(self.layers, tuple(values[places] for values in self.values), answers, labels)
