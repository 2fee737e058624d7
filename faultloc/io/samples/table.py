"""The samples of a CSV file with a column of paths or texts, and one of labels."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from faultloc.errors import DataError
from faultloc.io.datasets.class_folders import IMAGE_SUFFIXES
from faultloc.io.datasets.class_list import read_class_names
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.io.samples.listing import SampleListing, Skipped, check_skipped
from faultloc.io.stores.csv_rows import csv_rows

_INPUT_NAMES = ("path", "image", "file", "filename", "image_path", "text", "sentence", "content", "input")
_LABEL_NAMES = ("label", "class", "target", "category", "given_label", "y")
_SHOWN = 3


def list_table(
    path: Path,
    *,
    input_column: str | None = None,
    label_column: str | None = None,
    classes_file: Path | None = None,
    follow_links: bool = False,
) -> SampleListing:
    """The rows of the CSV at ``path``, which begins with a header; gzipped or not.

    The columns are recognised by usual names (`path`, `image`, `text`, ...; `label`, `class`, ...) unless given. An
    input whose name ends like an image's is a path, absolute or from the folder of the file; a path out of that folder
    is skipped unless ``follow_links``, as a folder's links are. Else inputs are texts. A path is its sample's id, a
    text has the number of its row, from 0.

    Raises:
        DataError: a column is missing or has blanks, a path stands there twice, or the file has no rows.
    """
    rows = list(csv_rows(path))
    if len(rows) < 2:
        raise DataError(f"{path} has {len(rows)} lines; expected a header and a row for each sample")
    header = [name.strip() for name in rows[0][1]]
    into, label = (
        _column(header, path, wanted, known, option)
        for wanted, known, option in (
            (input_column, _INPUT_NAMES, "--input_column"),
            (label_column, _LABEL_NAMES, "--label_column"),
        )
    )
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: found {len(row)} columns, expected {len(header)} as in the header")
    values, given = [row[into].strip() for _, row in rows[1:]], [row[label].strip() for _, row in rows[1:]]
    lines = [line for line, _ in rows[1:]]
    for column, found in ((header[into], values), (header[label], given)):
        blank = [line for line, value in zip(lines, found, strict=True) if not value]
        if blank:
            raise DataError(
                f"{path}: the column {column!r} is blank in {len(blank)} rows ({_lines(blank)}): fill it in, or remove "
                "them"
            )
    names, is_given = read_class_names(path.parent, path.parent, given, classes_file)
    if all(PurePosixPath(value).suffix.lower() in IMAGE_SUFFIXES for value in values):
        return _images(path, lines, values, given, names, is_given, follow_links)
    ids = numbered_ids("row", np.arange(len(values)), len(values)).tolist()
    return SampleListing("texts", path.parent, values, given, ids, names, is_given)


def _images(
    path: Path,
    lines: list[int],
    values: list[str],
    given: list[str],
    names: tuple[str, ...],
    is_given: bool,
    follow: bool,
) -> SampleListing:
    home = path.parent.resolve()
    first_line: dict[Path, int] = {}
    kept: list[tuple[Path, str, str]] = []
    skipped: list[Skipped] = []
    for line, value, name in zip(lines, values, given, strict=True):
        file = (path.parent / value).resolve()
        if file in first_line:
            raise DataError(
                f"{path}, line {line}: the path {value} stands in line {first_line[file]} already; expected every "
                "image once: remove one of the two rows"
            )
        first_line[file] = line
        if not follow and not file.is_relative_to(home):
            skipped.append((value, "a path that leads out of the data set"))
        elif not file.is_file():
            skipped.append((value, "no such file"))
        else:
            kept.append((path.parent / value, name, value))
    check_skipped(skipped, len(values))
    return SampleListing(
        kind="images",
        root=path.parent,
        inputs=[file for file, _, _ in kept],
        given_names=[name for _, name, _ in kept],
        sample_ids=[value for _, _, value in kept],
        class_names=names,
        order_is_given=is_given,
        skipped=tuple(skipped),
    )


def _column(header: Sequence[str], path: Path, wanted: str | None, known: Sequence[str], option: str) -> int:
    if wanted is not None:
        if wanted not in header:
            raise DataError(f"{path} has no column {wanted!r}; it has {', '.join(header)}: name one with {option}")
        return header.index(wanted)
    found = [index for index, name in enumerate(header) if name.lower() in known]
    if len(found) != 1:
        many = f"several ({', '.join(header[index] for index in found)})" if found else "none"
        raise DataError(
            f"{path} has the columns {', '.join(header)}; expected one of {', '.join(known)} and found {many}: name it "
            f"with {option}"
        )
    return found[0]


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:_SHOWN])
    return f"line{'s' if len(lines) > 1 else ''} {shown}{', ...' if len(lines) > _SHOWN else ''}"
