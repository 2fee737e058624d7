"""The samples of a CSV file with a column of paths or texts, and one of labels."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from faultloc.errors import DataError
from faultloc.io.csv_dialect import dialect_rows, find_dialect, is_well_quoted
from faultloc.io.datasets.class_list import read_class_names
from faultloc.io.datasets.file_content import IMAGE_SUFFIXES
from faultloc.io.datasets.file_names import shown_name, why_not_kept
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.io.datasets.shown_cell import LONGEST_PATH, shown_cell, shown_cells
from faultloc.io.samples.listing import SampleListing, Skipped, check_skipped
from faultloc.io.table_columns import FILE_NAMES, INPUT_NAMES, LABEL_NAMES

# How programs write that there is no label.
_NO_LABEL = {"nan", "null", "<na>", "n/a", "#n/a"}
_BACKSLASHES = "no such file (there is one with / in place of \\, as Windows writes paths: replace them in the table)"
_TRIED = 100
_LONGEST_PATH = 4096
_SHOWN = 3
_COLUMNS_SHOWN = 20


def list_table(
    path: Path,
    *,
    input_column: str | None = None,
    label_column: str | None = None,
    classes_file: Path | None = None,
    follow_links: bool = False,
) -> SampleListing:
    """The rows of the table at ``path``, which begins with a header; gzipped or not.

    What separates the columns (commas, semicolons, tabs, bars) is told by the file. The columns are recognised by
    usual names (`path`, `image`, `text`, ...; `label`, `class`, ...) unless given. Inputs are paths, absolute or from
    the folder of the file, where most of them end like images' or are files there; a path out of that folder is skipped
    unless ``follow_links``, as a folder's links are. Else inputs are texts. A path is its sample's id, a text has the
    number of its row, from 0.

    Raises:
        DataError: a column is missing or has blanks, one is named twice, a path stands there twice, a label is no class
            of the file of classes, or the file has no rows.
    """
    dialect = find_dialect(path, [name for name in (input_column, label_column) if name is not None])
    rows = list(dialect_rows(path, dialect))
    if dialect.is_quoted and any("\n" in cell for _, row in rows for cell in row) and not is_well_quoted(path, dialect):
        raise DataError(
            f"{path} has a quotation mark that is not closed, so that lines are taken for one cell; expected cells "
            'with line breaks in quotation marks, and every mark within them doubled (""): export it again'
        )
    if len(rows) < 2:
        raise DataError(
            f"{path} has {len(rows)} line{'s' if len(rows) != 1 else ''}; expected a header and a row for each sample"
        )
    header = [name.strip() for name in rows[0][1]]
    into, label = _columns(header, path, input_column, label_column)
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: found {len(row)} columns, expected {len(header)} as in the header")
    cells, given = [row[into] for _, row in rows[1:]], [row[label].strip() for _, row in rows[1:]]
    values = [cell.strip() for cell in cells]
    lines = [line for line, _ in rows[1:]]
    blanks = [value if value.lower() not in _NO_LABEL else "" for value in given]
    for column, found in ((header[into], values), (header[label], blanks)):
        blank = [line for line, value in zip(lines, found, strict=True) if not value]
        if blank:
            spelt = {value for value in given if value.lower() in _NO_LABEL} if found is blanks else set()
            also = f", or says {' or '.join(sorted(spelt))}," if spelt else ""
            raise DataError(
                f"{path}: the column {shown_cell(column)!r} is blank{also} in {_rows(blank)}: fill it in, or remove "
                "what has none"
            )

    def place_of(name: str) -> str:
        at = [line for line, value in zip(lines, given, strict=True) if value == name]
        return f"in the column {shown_cell(header[label])!r} of {path}, in {_rows(at)},"

    names, is_given = read_class_names(path.parent, path.parent, given, classes_file, place_of=place_of)
    if _are_paths(path, header[into], values):
        return _images(path, lines, cells, given, names, is_given, follow_links)
    ids = numbered_ids("row", np.arange(len(values)), len(values)).tolist()
    return SampleListing("texts", path.parent, values, given, ids, names, is_given)


def _are_paths(path: Path, column: str, values: Sequence[str]) -> bool:
    """Whether most of ``values`` end like an image's name or are files."""
    if 2 * sum(PurePosixPath(value).suffix.lower() in IMAGE_SUFFIXES for value in values) > len(values):
        return True
    tried = values[:_TRIED]
    if 2 * sum(_is_file(path.parent / value) for value in tried) > len(tried):
        return True
    if column.lower() in FILE_NAMES:
        raise DataError(
            f"{path}: the column {column!r} holds no paths of images, for example {shown_cell(values[0])!r}; expected "
            f"paths from {path.parent}, with their endings such as .png: write them so, or name the column of inputs "
            "with --input_column"
        )
    return False


def _is_file(path: Path) -> bool:
    try:
        return len(str(path)) < _LONGEST_PATH and path.is_file()
    except (OSError, ValueError):  # a text that can be no path
        return False


def _images(
    path: Path,
    lines: list[int],
    cells: list[str],
    given: list[str],
    names: tuple[str, ...],
    is_given: bool,
    follow: bool,
) -> SampleListing:
    home = path.parent.resolve()
    first_line: dict[Path, int] = {}
    kept: list[tuple[Path, str, str]] = []
    skipped: list[Skipped] = []
    left_out: list[Skipped] = []
    for line, cell, name in zip(lines, cells, given, strict=True):
        # Blanks around a name are nearly always the table's, and may be the name's.
        value = cell if cell != cell.strip() and _is_file(path.parent / cell) else cell.strip()
        if why_not_kept(value):
            left_out.append((shown_name(value), why_not_kept(value)))
            continue
        file = (path.parent / value).resolve()
        if file in first_line:
            raise DataError(
                f"{path}, line {line}: the path {shown_cell(value, LONGEST_PATH)} stands in line "
                f"{first_line[file]} already; expected every image once: remove one of the two rows"
            )
        first_line[file] = line
        if not follow and not file.is_relative_to(home):
            skipped.append((value, "a path that leads out of the data set"))
        elif not _is_file(file):
            is_of_windows = "\\" in value and _is_file(path.parent / value.replace("\\", "/"))
            skipped.append((value, _BACKSLASHES if is_of_windows else "no such file"))
        else:
            kept.append((path.parent / value, name, value))
    check_skipped(skipped, len(kept) + len(skipped))
    if not kept:
        example = shown_cell(left_out[0][0], LONGEST_PATH)
        raise DataError(f"none of the files that {path} names can be kept, for example {example}: rename them")
    return SampleListing(
        kind="images",
        root=path.parent,
        inputs=[file for file, _, _ in kept],
        given_names=[name for _, name, _ in kept],
        sample_ids=[value for _, _, value in kept],
        class_names=names,
        order_is_given=is_given,
        skipped=tuple(skipped),
        left_out=tuple(left_out),
    )


def _columns(header: Sequence[str], path: Path, input_column: str | None, label_column: str | None) -> tuple[int, int]:
    """The columns of inputs and of labels."""
    found = [
        _named(header, path, wanted, known, option)
        for wanted, known, option in (
            (input_column, INPUT_NAMES, "--input_column"),
            (label_column, LABEL_NAMES, "--label_column"),
        )
    ]
    if not all(any(columns) for columns in found):  # a name that is less usual says something beside another only
        found = [(columns[0], []) for columns in found]
    (inputs, labels) = (columns[0] or columns[1] for columns in found)
    into = _only(header, path, inputs, INPUT_NAMES[0], "--input_column")
    label = _only(header, path, labels, LABEL_NAMES[0], "--label_column")
    if into == label:
        raise _one_column(path, shown_cell(header[into]), input_column, label_column)
    return into, label


def _one_column(path: Path, column: str, input_column: str | None, label_column: str | None) -> DataError:
    """What is said where ``column`` would be that of the inputs and that of the labels."""
    expected = "expected a column of paths or texts, and another of labels"
    if input_column is not None and label_column is not None:
        return DataError(
            f"--input_column and --label_column both name the column {column!r} of {path}; {expected}: name two"
        )
    named, other, what = "--input_column", "--label_column", "labels"
    if input_column is None:
        named, other, what = other, named, "inputs"
    return DataError(
        f"{named} names the column {column!r} of {path}, which by its name is that of the {what}; {expected}: name the "
        f"column of the {what} with {other}, or another with {named}"
    )


def _named(
    header: Sequence[str], path: Path, wanted: str | None, known: Sequence[Sequence[str]], option: str
) -> tuple[list[int], list[int]]:
    """The columns that have a usual name, and those that have a less usual one."""
    if wanted is not None:
        if wanted not in header:
            columns = shown_cells(header, _COLUMNS_SHOWN)
            raise DataError(f"{path} has no column {shown_cell(wanted)!r}; it has {columns}: name one with {option}")
        return [header.index(wanted)], []
    usual, other = ([index for index, name in enumerate(header) if name.lower() in names] for names in known)
    return usual, other


def _only(header: Sequence[str], path: Path, found: Sequence[int], known: Sequence[str], option: str) -> int:
    if len(found) != 1:
        many = f"several ({shown_cells(header[index] for index in found)})" if found else "none"
        above = "" if found else ", or put a header above its first line if that is a sample"
        if not found and option == "--input_column":
            above += "; a table of numbers is given to Python's locate_data_faults"
        raise DataError(
            f"{path} has the columns {shown_cells(header, _COLUMNS_SHOWN)}; expected one of {', '.join(known)} and "
            f"found {many}: name it with {option}{above}"
        )
    return found[0]


def _rows(lines: Sequence[int]) -> str:
    """How many rows there are, and the ``lines`` of the first."""
    shown = ", ".join(str(line) for line in lines[:_SHOWN])
    s, more = "s" if len(lines) > 1 else "", ", ..." if len(lines) > _SHOWN else ""
    return f"{len(lines):,} row{s} (line{s} {shown}{more})"
