"""What is found out about one research question, and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from faultloc.io.stores.artifacts import written_whole
from faultloc.io.stores.tables import save_table
from faultloc.report.shared.printed_table import PrintedTable, as_latex, as_markdown


@dataclass(frozen=True)
class Answer:
    """One research question's tables and figures.

    ``name`` begins the names of all files. ``tables`` hold every number, by the rest of their files' names; ``printed``
    are for people; ``figures`` are the bytes of files by the rest of their names; ``notes`` say what is missing.
    """

    name: str
    heading: str
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    printed: Sequence[PrintedTable] = ()
    figures: Mapping[str, bytes] = field(default_factory=dict)
    notes: Sequence[str] = ()


def write_answers(folder: Path, answers: Sequence[Answer], notes: Sequence[str]) -> None:
    """Writes every answer's CSV, LaTeX and figures, and `answers.md` with all of them for people."""
    parts = ["# Research questions\n", *(f"{note}\n" for note in notes)]
    for answer in answers:
        for rest, table in answer.tables.items():
            save_table(folder / f"{answer.name}{rest}.csv", table)
        for rest, content in answer.figures.items():
            with written_whole(folder / f"{answer.name}{rest}") as temporary:
                temporary.write_bytes(content)
        if answer.printed:
            latex = [as_latex(table, f"{answer.name}-{place + 1}") for place, table in enumerate(answer.printed)]
            _write_text(folder / f"{answer.name}.tex", "\n".join(latex))
        parts += [f"## {answer.heading}\n", *(f"{note}\n" for note in answer.notes)]
        parts += [as_markdown(table) for table in answer.printed]
        parts += [f"![{answer.heading}]({answer.name}{rest})\n" for rest in answer.figures if rest.endswith(".png")]
    _write_text(folder / "answers.md", "\n".join(parts))


def _write_text(path: Path, text: str) -> None:
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
