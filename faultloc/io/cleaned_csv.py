"""A cleaned copy of a data set that stands in a CSV file, whatever its columns are called.

Which row is whose, and which column is the label, is told by the samples that were examined: their ids, or their
numbers, and the labels that they were given. A file that does not agree with all of them is not the one examined.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError
from faultloc.io.datasets.csv_rows import csv_rows
from faultloc.io.examined_data import ExaminedData
from faultloc.io.original_rows import original_rows
from faultloc.purify.changes import Change
from faultloc.subject.dataset import LabeledDataset

Rows = list[list[str]]


@dataclass(frozen=True)
class _Layout:
    """The row of each sample; for each column of labels, how it spells each class."""

    rows: Int[np.ndarray, "sample"]
    spellings: Mapping[int, Sequence[str]]


def write_cleaned_csv(data: ExaminedData, target: Path, dataset: LabeledDataset, changes: Sequence[Change]) -> Path:
    """Writes the CSV at ``data`` with its ``changes`` into the folder ``target``; the path of the new file.

    Rows that were not examined stay. Relative paths of files become absolute, since the new file lies elsewhere.

    Raises:
        DataError: the file is not there, is no CSV, or does not hold the samples that were examined.
    """
    if not data.root.is_file():
        raise DataError(f"the file {data.root}, which was examined, is not there any more; expected it where it was")
    table = [row for _, row in csv_rows(data.root)]
    layout = _layout_of(table, dataset)
    if layout is None:
        raise DataError(
            f"{data.root} does not hold the samples and labels that were examined; expected the file as it was, with a "
            "row for each sample and a column with its label: run `faultloc dfaulo` again"
        )
    row_of = dict(zip(dataset.sample_ids.tolist(), layout.rows.tolist(), strict=True))
    index_of = {name: index for index, name in enumerate(dataset.class_names)}
    for column in _columns_of_paths(table, layout.rows, data.root.parent):
        for row in table:
            if column < len(row) and _is_file(data.root.parent, row[column]):
                row[column] = str((data.root.parent / row[column]).absolute())
    removed = set()
    for change in changes:
        row = row_of[change.sample_id]
        if change.action == "remove":
            removed.add(row)
        else:
            for column, spelling in layout.spellings.items():
                table[row][column] = spelling[index_of[change.new_label]]
    written = target / data.root.name.removesuffix(".gz")
    with written.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(row for at, row in enumerate(table) if at not in removed)
    return written


def _layout_of(table: Rows, dataset: LabeledDataset) -> _Layout | None:
    for header in (0, 1):
        rows = _rows_of_samples(table, header, dataset.sample_ids.tolist())
        if rows is not None:
            spellings = _label_columns([table[row] for row in rows], dataset)
            if spellings:
                return _Layout(rows, spellings)
    return None


def _rows_of_samples(table: Rows, header: int, ids: Sequence[str]) -> np.ndarray | None:
    """By a column that holds the ids, else by the number at the end of each id (``train/00012``)."""
    for column in range(max(map(len, table), default=0)):
        where: dict[str, int] = {}
        for at in range(len(table) - 1, header - 1, -1):
            if column < len(table[at]):
                where[table[at][column]] = at
        if all(sample_id in where for sample_id in ids):
            return np.array([where[sample_id] for sample_id in ids], dtype=np.int64)
    rows = original_rows(ids, len(table) - header)
    return None if rows is None else rows + header


def _label_columns(samples: Rows, dataset: LabeledDataset) -> dict[int, Sequence[str]]:
    """The columns that give every sample its given label: by its name, or by its number from 0 or from 1."""
    names = list(dataset.class_names)
    spellings = names, [str(index) for index in range(len(names))], [str(index + 1) for index in range(len(names))]
    found: dict[int, Sequence[str]] = {}
    for column in range(min(map(len, samples), default=0)):
        cells = [row[column] for row in samples]
        for spelling in spellings:
            if cells == [spelling[label] for label in dataset.labels.tolist()]:
                found.setdefault(column, spelling)
    return found


def _columns_of_paths(table: Rows, rows: Int[np.ndarray, "sample"], folder: Path) -> list[int]:
    first = table[rows[0]]
    return [column for column, cell in enumerate(first) if _is_file(folder, cell)]


def _is_file(folder: Path, cell: str) -> bool:
    try:
        return bool(cell) and not Path(cell).is_absolute() and (folder / cell).is_file()
    except (OSError, ValueError):  # a text is too long for a path
        return False
