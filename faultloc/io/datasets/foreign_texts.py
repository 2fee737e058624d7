"""Foreign inputs for text: passages of prose, or texts of another collection."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int32

from faultloc.errors import DataError
from faultloc.faults.samples.foreign import ForeignBatch
from faultloc.io.stores.csv_rows import csv_rows

# Characters. Source: DFauLo, which cuts its foreign reviews there.
_LONGEST_TEXT = 300
_TEXT_COLUMNS = ("text", "review")  # the second as in the IMDB reviews that DFauLo took

EncodeTexts = Callable[[Sequence[str]], Int32[np.ndarray, "fault step"]]


@dataclass(frozen=True)
class Passages:
    """Passages of ``prose`` of 300 characters, each from a random word on."""

    prose: str
    encode: EncodeTexts

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` passages drawn at random."""
        starts = [match.start() for match in re.finditer(r"\S+", self.prose[:-_LONGEST_TEXT])]
        texts = tuple(self.prose[start : start + _LONGEST_TEXT] for start in rng.choice(starts, count))
        return ForeignBatch(self.encode(texts), texts)


@dataclass(frozen=True)
class ForeignTexts:
    """Texts of another collection, cut to 300 characters."""

    texts: Sequence[str]
    encode: EncodeTexts

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` texts drawn at random, none twice while there are enough."""
        chosen = rng.choice(len(self.texts), count, replace=count > len(self.texts))
        texts = tuple(self.texts[index][:_LONGEST_TEXT] for index in chosen)
        return ForeignBatch(self.encode(texts), texts)


def read_descriptions() -> str:
    """The prose in scikit-learn's descriptions of its data sets, without their tables and headings."""
    from sklearn import datasets

    loaders = ("load_iris", "load_wine", "load_breast_cancer", "load_diabetes", "load_digits", "load_linnerud")
    blocks = [block for loader in loaders for block in re.split(r"\n\s*\n", getattr(datasets, loader)().DESCR)]
    paragraphs = [" ".join(block.split()) for block in blocks if "===" not in block and "---" not in block]
    return " ".join(paragraph for paragraph in paragraphs if len(paragraph) > 60 and not paragraph.startswith(":"))


def read_texts(path: Path) -> list[str]:
    """The lines of the file at ``path``, or of a CSV file its column ``text`` or ``review``.

    Raises:
        DataError: the file is missing, unreadable or holds no texts.
    """
    if not path.is_file():
        raise DataError(
            f"the file {path} does not exist: set fault.source_root to a .txt or .csv file of foreign texts"
        )
    texts = [text for text in (_column(path) if ".csv" in path.suffixes else _lines(path)) if text.strip()]
    if not texts:
        raise DataError(f"{path} holds no texts: expected one on each line")
    return texts


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as text in UTF-8 ({error}): export it again") from error


def _column(path: Path) -> list[str]:
    rows = [row for _, row in csv_rows(path)]
    header = rows[0] if rows else []
    column = next((header.index(name) for name in _TEXT_COLUMNS if name in header), None)
    if column is None:
        raise DataError(
            f"{path} has the columns {', '.join(header)[:100]!r}, expected one named {' or '.join(_TEXT_COLUMNS)}: "
            "rename it in the first line"
        )
    return [row[column] for row in rows[1:] if len(row) > column]
