"""Rows of a question as a table, and as text for people."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd


def as_table(rows: Sequence[object]) -> pd.DataFrame:
    """A row for each of ``rows``, dataclasses of one kind, with a column for each field.

    What holds several numbers has a column for each of them: an estimate `drop` is `drop_mean`, `drop_low` and so on.
    Numbers by name become text, `conv1:6 conv2:2`.
    """
    return pd.DataFrame([_flat(row, "") for row in rows])


def as_text(table: pd.DataFrame, columns: Mapping[str, str], *, percent: Sequence[str] = ()) -> str:
    """The named ``columns`` under their headings as aligned text; those in ``percent`` times 100, with two decimals."""
    shown = {}
    for name, heading in columns.items():
        values = table[name].tolist()
        shown[heading] = [_shown(100 * value if name in percent and pd.notna(value) else value) for value in values]
    return pd.DataFrame(shown).to_string(index=False) + "\n"


def _flat(row: Any, prefix: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        name = f"{prefix}{field.name}"
        if is_dataclass(value):
            found |= _flat(value, f"{name}_")
        elif isinstance(value, Mapping):
            found[name] = " ".join(f"{key}:{number}" for key, number in value.items())
        elif isinstance(value, tuple):
            found[name] = " ".join(str(number) for number in value)
        else:
            found[name] = value
    return found


def _shown(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "-"
    return f"{value:z.2f}" if isinstance(value, float) else str(value)
