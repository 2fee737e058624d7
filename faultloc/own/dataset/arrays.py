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
    if isinstance(labels, list | tuple):
        return class_indices(labels, class_names)  # an array would make texts or floats of all
    if isinstance(labels, np.ma.MaskedArray):
        return class_indices(labels.ravel().tolist(), class_names)
    array = as_whole_array(labels)
    if array is None or array.ndim == 0:
        raise DataError(
            f"the labels are a {type(labels).__name__}; expected one class index a sample, in an array or a list"
        )
    return indices_of_array(array, class_names)
