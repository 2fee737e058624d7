"""What a stage about a research question leaves: tables, a text for people, some numbers."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from faultloc.io.stores.artifacts import save_json, written_whole
from faultloc.io.stores.tables import save_table


def save_answer(folder: Path, tables: Mapping[str, pd.DataFrame], text: str, metrics: Mapping[str, object]) -> None:
    """Writes `NAME.csv` for each table, `table.txt` and `metrics.json` into ``folder``."""
    for name, table in tables.items():
        save_table(folder / f"{name}.csv", table)
    with written_whole(folder / "table.txt") as temporary:
        temporary.write_text(text, encoding="utf-8")
    save_json(folder / "metrics.json", metrics)
