"""A pair of arrays (inputs, labels)."""

from collections.abc import Sequence

import numpy as np

from faultloc.errors import DataError
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.own.dataset.class_names import OutputsOf, named_samples_of
from faultloc.own.dataset.labels import ClassIndices, class_indices, indices_of_array
from faultloc.own.dataset.values import as_array, as_whole_array, place_ids
from faultloc.subject.dataset import LabeledDataset


def read_arrays(
    inputs: object, labels: object, class_names: Sequence[str] | None, outputs_of: OutputsOf | None = None
) -> LabeledDataset:
    """The samples in ``inputs``, sample first, and ``labels``, tensors or arrays; names default to numbers.

    Raises:
        DataError: they are no arrays of numbers, or the labels are no class indices.
        ModelError: a label is none of the model's outputs.
    """
    values = standard_inputs(as_array(inputs), "the inputs")
    indices = _indices(labels, class_names)
    if len(values) != len(indices):
        raise DataError(
            f"the data set has {len(values)} inputs and {len(indices)} labels; expected one of each per sample"
        )
    outputs = None if outputs_of is None or not len(values) else outputs_of(values[:1])
    return named_samples_of(values, indices, place_ids(len(indices)), class_names, outputs)


def _indices(labels: object, class_names: Sequence[str] | None) -> ClassIndices:
    array = as_whole_array(labels)
    if array is None or (array.dtype.kind in "US" and isinstance(labels, list | tuple)):
        # As they are: NumPy would make texts of all where one is a text.
        return class_indices(list(labels), class_names)  # type: ignore[call-overload]
    return indices_of_array(np.asarray(array), class_names)
