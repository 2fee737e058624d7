"""A pandas `DataFrame`: a column of labels, and a column of inputs or columns of numbers."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from faultloc.errors import DataError
from faultloc.io.datasets.shown_cell import shown_cell, shown_cells
from faultloc.own.dataset.item_parts import INPUT_KEYS, LABEL_KEYS, TEXT_KEYS, found_key
from faultloc.own.dataset.items import Source, Transform, transformed

_PATH_KEYS = ("path", "file", "filename", "file_name", "image_path", "filepath")
_COLUMNS_SHOWN = 20


def rows_of_table(table: pd.DataFrame, transform: Transform | None) -> Source:
    """The rows of ``table`` in their order, whatever its index: each input is the value in a column with a usual name,
    or what ``transform`` makes of it (of a text, of a path); where there is no such column, the numbers in all columns
    but that of the labels.

    Raises:
        DataError: no column, or several, can be that of the labels; a column is no numbers.
    """
    columns = [name for name in table.columns if isinstance(name, str)]
    label = _label_column(columns or [str(name) for name in table.columns])
    usual = (*INPUT_KEYS, *TEXT_KEYS, *_PATH_KEYS) if transform is not None else INPUT_KEYS
    into = found_key([name for name in columns if name != label], usual)
    text = found_key(columns, TEXT_KEYS)
    texts = () if text is None else tuple("" if pd.isna(value) else str(value) for value in table[text])
    if into is None:
        numbers = table.drop(columns=label)
        _require_numbers(numbers, label)
        inputs: Iterable[object] = numbers.to_numpy(dtype=np.float32, na_value=np.nan)
    else:
        inputs = table[into].tolist()
    items = ((transformed(value, transform), given) for value, given in zip(inputs, table[label].tolist(), strict=True))
    return Source(items, partial(len, table), None, texts)


def _label_column(columns: Sequence[str]) -> str:
    found = [name for name in columns if name.lower() in LABEL_KEYS]
    if len(found) != 1:
        raise DataError(
            f"the table has the columns {shown_cells(columns, _COLUMNS_SHOWN)}; expected one of "
            f"{', '.join(LABEL_KEYS)} and found {', '.join(found) or 'none'}: rename the column of the labels, "
            "and drop the others of these names"
        )
    return found[0]


def _require_numbers(table: pd.DataFrame, label: str) -> None:
    if not len(table.columns):
        raise DataError(f"the table has no column but {label!r}; expected inputs: columns of numbers, or one of arrays")
    for name, dtype in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype):
            shown = shown_cell(name) if isinstance(name, str) else name
            raise DataError(
                f"the column {shown!r} of the table is no numbers ({dtype}); expected an input in one of "
                f"{', '.join(INPUT_KEYS)}, texts or paths with transform=..., or numbers in all columns but {label!r}: "
                "rename it, drop it, or turn it into numbers"
            )
