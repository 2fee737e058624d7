"""How the columns of a table in a text file are separated: by commas, semicolons, tabs or bars."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.file_content import describe_content
from faultloc.io.table_columns import KNOWN_NAMES

_SEPARATORS = (",", ";", "\t", "|")
_ROWS_TRIED = 200
_LONGEST_CELL = 2**27
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError)


@dataclass(frozen=True)
class CsvDialect:
    """What stands between two cells, and how the file is encoded.

    ``is_quoted``: a cell may stand in quotation marks and then hold separators and line breaks. ``has_hint``: the first
    line names the separator (`sep=;`), as Excel writes and reads it.
    """

    separator: str = ","
    encoding: str = "utf-8-sig"
    is_quoted: bool = True
    has_hint: bool = False


def find_dialect(path: Path, columns: Collection[str] = ()) -> CsvDialect:
    """The dialect of the file at ``path``: the one in which its header names most of ``columns`` and of those that
    tables of samples usually have, and in which its first rows have as many cells; where several do, commas first.

    Raises:
        DataError: the file is damaged, or is no text in UTF-8 or UTF-16.
    """
    encoding = _encoding(path)
    first = next((row for _, row in dialect_rows(path, CsvDialect("\x1f", encoding, is_quoted=False))), [""])[0].lower()
    if first.startswith("sep=") and len(first) == len("sep=;"):
        return CsvDialect(first[-1], encoding, has_hint=True)
    candidates = [CsvDialect(separator, encoding) for separator in _SEPARATORS]
    candidates.append(CsvDialect("\t", encoding, is_quoted=False))
    csv.field_size_limit(_LONGEST_CELL)  # a text may be longer than the module's 131,072 characters
    known = {*KNOWN_NAMES, *(name.strip().lower() for name in columns)}
    scores = [_score(path, dialect, known) for dialect in candidates]
    best = candidates[scores.index(max(scores))]
    # A text that begins with a quotation mark swallows the lines up to the next one, where marks mean nothing.
    return candidates[-1] if best.separator == "\t" and not is_well_quoted(path, best) else best


def is_well_quoted(path: Path, dialect: CsvDialect) -> bool:
    """Whether every quoted cell of the file at ``path`` is closed, and followed by a separator or the line's end."""
    reader = csv.reader(_lines(path, dialect.encoding), delimiter=dialect.separator, strict=True)
    try:
        for _ in reader:
            pass
    except (csv.Error, *_UNREADABLE):  # what else is wrong with it, reading says
        return False
    return True


def _score(path: Path, dialect: CsvDialect, known: Collection[str]) -> tuple[int, bool, bool]:
    try:
        rows = [row for _, row in islice(dialect_rows(path, dialect), _ROWS_TRIED)]
    except DataError:
        return 0, False, False
    header = [name.strip().lower() for name in rows[0]] if rows else []
    return sum(name in known for name in header), len({len(row) for row in rows}) == 1, len(header) > 1


def dialect_rows(path: Path, dialect: CsvDialect) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file at ``path`` that are not empty, each with the number of the line that it ends on.

    Raises:
        DataError: the file is damaged, or is no table of this kind.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(
            _lines(path, dialect.encoding),
            delimiter=dialect.separator,
            quoting=csv.QUOTE_MINIMAL if dialect.is_quoted else csv.QUOTE_NONE,
        )
        for number, row in enumerate(reader):
            if row and not (dialect.has_hint and number == 0):
                yield reader.line_num, row
    except (csv.Error, *_UNREADABLE) as error:
        raise DataError(
            f"{path} cannot be read as CSV in UTF-8 ({error}): fetch or export it again, as a table in UTF-8"
        ) from error


def write_rows(path: Path, rows: Sequence[Sequence[str]], dialect: CsvDialect) -> None:
    """Writes ``rows`` to ``path`` in ``dialect``, so that ``dialect_rows`` gives them back."""
    with path.open("w", encoding=dialect.encoding if "16" in dialect.encoding else "utf-8", newline="") as file:
        if dialect.has_hint:
            file.write(f"sep={dialect.separator}\n")
        if not dialect.is_quoted:
            file.writelines(dialect.separator.join(row) + "\n" for row in rows)
            return
        csv.writer(file, delimiter=dialect.separator, lineterminator="\n").writerows(rows)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding=encoding, newline="") as file:
        yield from file


def _encoding(path: Path) -> str:
    """UTF-16 where the file begins so, as Excel's "Unicode text" does; else UTF-8."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            head = file.read(4)
    except _UNREADABLE as error:
        raise DataError(f"{path} cannot be read as CSV in UTF-8 ({error}): fetch or export it again") from error
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    what = describe_content(path)
    if path.suffix != ".gz" and what not in ("text", "nothing", "something else"):
        raise DataError(f"{path} holds {what}; expected a table as text (CSV): unpack it, or export it so")
    return "utf-8-sig"
