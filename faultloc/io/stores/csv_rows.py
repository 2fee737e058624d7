"""Rows of a CSV file, gzipped or not."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from faultloc.errors import DataError


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file at ``path`` that are not empty, each with the number of the line that it ends on.

    Raises:
        DataError: the file is damaged, or is not CSV in UTF-8.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                if row:
                    yield reader.line_num, row
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as CSV in UTF-8 ({error}): fetch or export it again") from error
