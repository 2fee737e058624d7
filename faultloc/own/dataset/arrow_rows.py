"""Rows of a column of numbers as arrays, exactly as Arrow stores them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Shaped

from faultloc.errors import DataError

if TYPE_CHECKING:
    import pyarrow


def number_type(feature: object) -> np.dtype | None:
    """The type of the numbers that a Hugging Face feature nests in lists or arrays; None where it is no such."""
    while isinstance(feature, list) and len(feature) == 1:
        feature = feature[0]
    inner = getattr(feature, "feature", None)
    if inner is not None:
        return number_type(inner)
    name = getattr(feature, "dtype", None)
    try:
        dtype = np.dtype(name) if isinstance(name, str) else None
    except TypeError:  # string, timestamp, PIL.Image.Image
        return None
    return dtype if dtype is not None and dtype.kind in "biuf" else None


def array_rows(
    tables: Iterable["pyarrow.Table"], column: str, dtype: np.dtype, *, whole: bool = True
) -> Iterator[Shaped[np.ndarray, "..."]]:
    """The rows of ``column`` in ``tables``, each an array of ``dtype``; rows of different lengths in themselves, which
    are no array, pass where they need not be ``whole``.

    Raises:
        DataError: a value is missing, or a row is no array.
    """
    index = 0
    for table in tables:
        values = table[column].combine_chunks()
        for row in range(len(values)):
            yield _array(values.slice(row, 1), column, index, whole).astype(dtype, copy=False)
            index += 1


def _array(row: "pyarrow.Array", column: str, index: int, whole: bool) -> Shaped[np.ndarray, "..."]:
    import pyarrow
    import pyarrow.compute

    shape: list[int] = []
    kinds = pyarrow.types
    while True:
        row = row.storage if isinstance(row, pyarrow.ExtensionArray) else row
        if row.null_count:
            raise DataError(
                f"the column {column!r} has no value (null) {'within' if shape else 'in'} row {index}; expected all: "
                f"fill it in, or leave such rows out with dataset.filter"
            )
        if not (kinds.is_list(row.type) or kinds.is_large_list(row.type) or kinds.is_fixed_size_list(row.type)):
            break
        lengths = set(pyarrow.compute.list_value_length(row).to_pylist())
        if len(lengths) > 1 and whole:
            raise DataError(
                f"the column {column!r} has lists of the lengths {min(lengths)} to {max(lengths)} in row {index}; "
                "expected an array: pad them"
            )
        shape.append(lengths.pop() if len(lengths) == 1 else -1)
        row = row.flatten()
    values = row.to_numpy(zero_copy_only=False)
    return values.reshape(shape[0:] if -1 not in shape else -1) if shape else values.reshape(())
