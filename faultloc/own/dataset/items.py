"""Samples that come one by one, kept in one array on disk."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from faultloc.errors import DataError
from faultloc.own.dataset.values import as_class_index, as_input, kept_type, place_ids, text_class_names
from faultloc.subject.dataset import LabeledDataset

Item = tuple[object, object]  # an input and its label
# What the caller makes of each input before the model sees it.
Transform = Callable[[object], object]


def transformed(value: object, transform: Transform | None) -> object:
    """What ``transform`` makes of ``value``, or else ``value``."""
    return value if transform is None else transform(value)


def keep_items(items: Iterator[Item], count: int, class_names: Sequence[str] | None, folder: Path) -> LabeledDataset:
    """The ``count`` samples of ``items``, their inputs in `inputs.npy` in ``folder``, mapped into memory.

    Raises:
        DataError: there are none, they are not of one shape and type, or a label is no class index.
    """
    if not count:
        raise DataError("the data set has no samples; expected some of two classes or more")
    labels = np.empty(count, dtype=np.int64)
    rows: np.memmap | None = None
    for index, (value, label) in enumerate(items):
        array = as_input(value)
        if rows is None:
            folder.mkdir(parents=True, exist_ok=True)
            kind = kept_type(array)
            rows = np.lib.format.open_memmap(folder / "inputs.npy", mode="w+", dtype=kind, shape=(count, *array.shape))
        if array.shape != rows.shape[1:] or kept_type(array) != rows.dtype:
            raise DataError(
                f"sample {index} has the shape {array.shape} of {array.dtype}, the first one {rows.shape[1:]} of "
                f"{rows.dtype}; expected one shape and type for all: let the data set's transform resize or pad them"
            )
        rows[index] = array
        labels[index] = as_class_index(label, index)
    assert rows is not None
    rows.flush()
    inputs = np.load(folder / "inputs.npy", mmap_mode="c", allow_pickle=False)
    return LabeledDataset(inputs, labels, place_ids(count), text_class_names(class_names, labels))
