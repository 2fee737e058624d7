"""AG's News, from its CSV files."""

from pathlib import Path

import numpy as np

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.io.datasets.vocabulary import build_vocabulary, encode_texts
from faultloc.io.stores.csv_rows import csv_rows
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

_CLASS_NAMES = ("World", "Sports", "Business", "Sci/Tech")
_HEADER = ["label", "text"]
_WHERE_FROM = (
    "there is no download: take train.csv and test.csv from the authors' archive 'ag_news_csv' (Zhang, Zhao and LeCun "
    "2015, github.com/mhjabreel/CharCnn_Keras) and set dataset.root to their folder"
)


def read_ag_news(*, root: str, vocabulary_size: int = 20_000, max_tokens: int = 100) -> DatasetSplits:
    """News in four classes as token ids, ``max_tokens`` steps, with the words and the training texts.

    ``root`` holds ``train.csv`` (or one other file ``train*.csv``) and, where there is a test set, ``test.csv``,
    gzipped or not: in the original form (no header; class 1 to 4, title, description) or with the header
    ``label,text`` and labels 0 to 3. The vocabulary is that of the training texts.

    Raises:
        DataError: a file is missing, or a row of it is malformed.
        ConfigError: ``vocabulary_size`` or ``max_tokens`` is too small.
        MissingPackageError: ``tokenizers`` is not installed.

    Source: Zhang, Zhao and LeCun, "Character-level Convolutional Networks for Text Classification", 2015.
    """
    if vocabulary_size < 3:
        raise ConfigError(
            f"dataset.vocabulary_size={vocabulary_size}: expected 3 or more, padding and unknown included"
        )
    if max_tokens < 1:
        raise ConfigError(f"dataset.max_tokens={max_tokens}: expected 1 or more")
    texts, labels = _read_rows(_train_file(Path(root)))
    vocabulary = build_vocabulary(texts, vocabulary_size)
    train = _labeled("train", texts, labels, vocabulary, max_tokens)
    test_file = _first_file(Path(root), "test.csv")
    test = None if test_file is None else _labeled("test", *_read_rows(test_file), vocabulary, max_tokens)
    return DatasetSplits(train, test, vocabulary, tuple(texts))


def _first_file(root: Path, name: str) -> Path | None:
    return next((path for path in (root / name, root / f"{name}.gz") if path.is_file()), None)


def _train_file(root: Path) -> Path:
    named = _first_file(root, "train.csv") or _first_file(root, "train_subset.csv")
    if named is not None:
        return named
    others = sorted({*root.glob("train*.csv"), *root.glob("train*.csv.gz")})
    if len(others) != 1:
        found = f"holds {len(others)} files train*.csv, expected one" if others else "has no train.csv"
        raise DataError(f"{root} {found}; {_WHERE_FROM}")
    return others[0]


def _read_rows(path: Path) -> tuple[list[str], list[int]]:
    texts: list[str] = []
    labels: list[int] = []
    has_header = False
    for line, row in csv_rows(path):
        if not texts and not has_header and row == _HEADER:
            has_header = True
            continue
        text, label = _parse_row(row, has_header, path, line)
        texts.append(text)
        labels.append(label)
    return texts, labels


def _parse_row(row: list[str], has_header: bool, path: Path, line: int) -> tuple[str, int]:
    columns, first_class = (2, 0) if has_header else (3, 1)
    # isascii, since a superscript two is a digit to Python and no number
    label = int(row[0]) - first_class if row[0].isascii() and row[0].isdigit() else -1
    if len(row) != columns or not 0 <= label < len(_CLASS_NAMES):
        form = "label 0 to 3, text" if has_header else "class 1 to 4, title, description (or a header label,text)"
        raise DataError(
            f"{path}, line {line}: found {len(row)} columns starting with {row[0][:20]!r}, expected {form}: mend the "
            "row"
        )
    return " ".join(row[1:]), label


def _labeled(
    split: str, texts: list[str], labels: list[int], vocabulary: tuple[str, ...], max_tokens: int
) -> LabeledDataset:
    return LabeledDataset(
        encode_texts(texts, vocabulary, max_tokens),
        np.array(labels, dtype=np.int64),
        numbered_ids(split, np.arange(len(texts)), len(texts)),
        _CLASS_NAMES,
    )
