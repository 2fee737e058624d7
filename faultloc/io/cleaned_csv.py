"""A cleaned copy of a data set that stands in a CSV file, whatever its columns are called.

Which row is whose, and which column is the label, is told by the samples that were examined: their ids, or their
numbers, and the labels that they were given. A file that does not agree with all of them is not the one examined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from faultloc.errors import ConfigError, DataError
from faultloc.io.csv_dialect import dialect_rows, find_dialect, write_rows
from faultloc.io.examined import ExaminedData
from faultloc.io.file_copy import OnFiles, copy_files
from faultloc.io.original_rows import original_rows
from faultloc.io.stores.contents_store import Contents
from faultloc.io.unchanged import gone_file, require_unchanged
from faultloc.purify.changes import Change
from faultloc.subject.dataset import LabeledDataset

Rows = list[list[str]]

# Of file systems; a longer cell is a text.
_LONGEST_PATH = 4096


@dataclass(frozen=True)
class CsvCopy:
    """The new table, how many files lie with it, and how many of its rows were not examined and stay as they are."""

    path: Path
    files: int
    unexamined: int


@dataclass(frozen=True)
class _Layout:
    """The row of each sample, the column with their ids (None: they have numbers), how each column of labels spells
    each class, and how many rows are a header."""

    rows: Int[np.ndarray, "sample"]
    ids: int | None
    spellings: Mapping[int, Sequence[str]]
    header: int


def write_cleaned_csv(
    data: ExaminedData,
    target: Path,
    dataset: LabeledDataset,
    changes: Sequence[Change],
    contents: Contents | None,
    *,
    link: bool,
    on_files: OnFiles,
) -> CsvCopy:
    """Writes the CSV at ``data`` with its ``changes`` into the empty folder ``target``.

    Rows that were not examined stay. Where the samples are files, those that stay are copied along, to the same paths
    from the table. ``contents`` is what the samples were, where that is known. ``link``, ``on_files``: see
    ``copy_files``.

    Raises:
        DataError: the file is not there, is no CSV, or does not hold the samples that were examined; what is to be
            removed or relabelled is no longer what it was; a file that it names is gone or cannot be copied.
        ConfigError: files are to be linked, and the table names none.
    """
    if not data.root.is_file():
        raise DataError(f"the file {data.root}, which was examined, is not there any more; expected it where it was")
    dialect = find_dialect(data.root, [name for name in (data.input_column, data.label_column) if name is not None])
    table = [row for _, row in dialect_rows(data.root, dialect)]
    layout = _layout_of(table, dataset)
    if layout is None:
        raise DataError(
            f"{data.root} does not hold the samples and labels that were examined; expected the file as it was, with a "
            "row for each sample and a column with its label: run `faultloc dfaulo` again"
        )
    row_of = dict(zip(dataset.sample_ids.tolist(), layout.rows.tolist(), strict=True))
    if contents is not None:

        def is_as_examined(sample_id: str) -> bool:
            if layout.ids is None:  # a text, in whichever column
                return any(contents.is_text(sample_id, cell.strip()) for cell in table[row_of[sample_id]])
            if not _is_file(data.root.parent / sample_id):
                raise gone_file(data.root.parent, sample_id)
            return contents.is_file(sample_id, data.root.parent / sample_id)

        require_unchanged(data.root, changes, is_as_examined)
    index_of = {name: index for index, name in enumerate(dataset.class_names)}
    removed = {row_of[change.sample_id] for change in changes if change.action == "remove"}
    for change in changes:
        if change.action == "relabel":
            for column, spelling in layout.spellings.items():
                table[row_of[change.sample_id]][column] = spelling[index_of[change.new_label]]
    kept = [row for at, row in enumerate(table) if at not in removed]
    files = {} if layout.ids is None else _take_files_along(kept, layout.ids, data.root.parent)
    if link and not files:
        raise ConfigError(f"--link is for data that are many files, and {data.root} names none: leave it out")
    written = target / data.root.name.removesuffix(".gz")
    if files:
        copy_files(files, target, link=link, on_files=on_files)
    write_rows(written, kept, dialect)
    return CsvCopy(written, len(files), len(table) - layout.header - len(layout.rows))


def _take_files_along(rows: Rows, column: int, folder: Path) -> dict[str, Path]:
    """The files in ``folder`` that ``rows`` name, by their paths from it, which the rows name them by from now on."""
    home, files = folder.resolve(), dict[str, Path]()
    for row in rows:
        cell = row[column] if column < len(row) else ""
        for name in dict.fromkeys((cell, cell.strip())):  # blanks may be the name's own
            file = (folder / name).resolve() if name and len(name) < _LONGEST_PATH and "\0" not in name else home
            if file.is_relative_to(home) and _is_file(file):
                row[column] = file.relative_to(home).as_posix()
                files[row[column]] = file
                break
    return files


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for one
        return False


def _layout_of(table: Rows, dataset: LabeledDataset) -> _Layout | None:
    for header in (1, 0):
        found = _rows_of_samples(table, header, dataset.sample_ids.tolist())
        if found is not None:
            rows, ids = found
            spellings = _label_columns([table[row] for row in rows], dataset)
            if spellings:
                return _Layout(rows, ids, spellings, header)
    return None


def _rows_of_samples(table: Rows, header: int, ids: Sequence[str]) -> tuple[np.ndarray, int | None] | None:
    """By a column that holds the ids, else by the number at the end of each id (``row/00012``)."""
    for column in range(max(map(len, table), default=0)):
        where: dict[str, int] = {}
        for at in range(len(table) - 1, header - 1, -1):
            if column < len(table[at]):
                where[table[at][column]] = where[table[at][column].strip()] = at
        if all(sample_id in where for sample_id in ids):
            return np.array([where[sample_id] for sample_id in ids], dtype=np.int64), column
    rows = original_rows(ids, len(table) - header)
    return None if rows is None else (rows + header, None)


def _label_columns(samples: Rows, dataset: LabeledDataset) -> dict[int, Sequence[str]]:
    """The columns that give every sample its given label: by its name, or by its number from 0 or from 1."""
    names = list(dataset.class_names)
    spellings = names, [str(index) for index in range(len(names))], [str(index + 1) for index in range(len(names))]
    found: dict[int, Sequence[str]] = {}
    for column in range(min(map(len, samples), default=0)):
        cells = [row[column].strip() for row in samples]
        for spelling in spellings:
            if cells == [spelling[label] for label in dataset.labels.tolist()]:
                found.setdefault(column, spelling)
    return found
