"""A pair of arrays (inputs, labels)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.own.dataset.values import as_array, place_ids, text_class_names
from faultloc.subject.dataset import LabeledDataset


def read_arrays(inputs: object, labels: object, class_names: Sequence[str] | None) -> LabeledDataset:
    """The samples in ``inputs``, sample first, and ``labels``, tensors or arrays; names default to numbers.

    Raises:
        DataError: they are no arrays of numbers, or the labels are no class indices.
    """
    values = standard_inputs(as_array(inputs), "the inputs")
    given = _class_indices(as_array(labels))
    return LabeledDataset(values, given, place_ids(len(given)), text_class_names(class_names, given))


def _class_indices(labels: np.ndarray) -> Int[np.ndarray, "sample"]:
    if labels.ndim != 1 or not (np.issubdtype(labels.dtype, np.integer) or labels.dtype == bool):
        raise DataError(
            f"the labels have the shape {labels.shape} and the type {labels.dtype}; expected one class index a sample"
        )
    return labels.astype(np.int64)
