"""The figures of a run, in a page written by hand: what stands between two marks is replaced."""

from pathlib import Path

import pandas as pd

from faultloc.io.stores.artifacts import written_whole

_BEGIN, _END = "<!-- figures of benchmarks.scale -->", "<!-- end of figures -->"
_TITLES = {
    "data": "data",
    "samples": "samples",
    "method": "method",
    "rauc": "RAUC",
    "pobl_5": "PoBL@5%",
    "cpu_seconds": "CPU seconds",
    "anonymous": "anonymous memory, MB",
    "mapped": "mapped files, MB",
}
_GROWTH = {
    "from": "from",
    "to": "to",
    "cpu_seconds": "CPU seconds",
    "anonymous": "anonymous memory",
    "mapped": "mapped",
}


def write_figures(page: Path, table: pd.DataFrame, growth: pd.DataFrame) -> None:
    """Puts both tables between the marks of ``page``, as Markdown."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    parts = [_markdown(table[list(_TITLES)].rename(columns=_TITLES))]
    if len(growth):
        parts += [
            "Exponents: the slope of the logarithm over that of the samples; 1 is linear, 0 is constant.",
            _markdown(growth.rename(columns=_GROWTH)),
        ]
    figures = "\n\n".join([_BEGIN, *parts, _END])
    with written_whole(page) as temporary:
        temporary.write_text(before + figures + rest.split(_END)[1], encoding="utf-8")


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * len(table.columns)]
    lines += [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return "" if value != value else f"{value:g}"
    return str(value)
