"""A `datasets.Dataset` of Hugging Face, told by its columns; the package itself is not needed to read one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeGuard, runtime_checkable

from faultloc.errors import DataError
from faultloc.own.dataset.items import Item, Transform, transformed

_INPUTS = ("image", "img", "pixel_values", "input_ids", "inputs", "input")
_TEXTS = ("text", "sentence", "content")
_LABELS = ("label", "labels", "fine_label", "target")


@runtime_checkable
class LabelledRows(Protocol):
    """What `datasets.Dataset` gives: rows by the names of their columns, and what kind each column is of."""

    @property
    def features(self) -> Mapping[str, object]: ...

    @property
    def column_names(self) -> Sequence[str]: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Mapping[str, object]]: ...

    def __getitem__(self, column: str) -> Sequence[object]: ...


def are_labelled_rows(dataset: object) -> TypeGuard[LabelledRows]:
    """Whether ``dataset`` is one of Hugging Face's, or behaves as one."""
    return hasattr(dataset, "features") and hasattr(dataset, "column_names")


@dataclass(frozen=True)
class Rows:
    """Each input and its label, the names of the classes where the data set knows them, the texts as they are."""

    items: Iterator[Item]
    class_names: Sequence[str] | None
    texts: tuple[str, ...]


def rows_of(dataset: LabelledRows, transform: Transform | None) -> Rows:
    """The rows of ``dataset``; an input is a text only if there is a ``transform`` that makes numbers of it.

    Raises:
        DataError: no column has a usual name of inputs, or of labels.
    """
    features = dataset.features
    label = next((name for name in _LABELS if name in features), None)
    label = label or next((name for name, kind in features.items() if type(kind).__name__ == "ClassLabel"), None)
    text = next((name for name in _TEXTS if name in features), None)
    column = next((name for name in _INPUTS if name in features), text if transform is not None else None)
    if label is None or column is None:
        raise DataError(
            f"the Hugging Face data set has the columns {', '.join(features)}; expected one of {', '.join(_INPUTS)} "
            "(texts with transform=..., which makes token ids of each) and label: rename_column gives them these names"
        )
    return Rows(
        items=((transformed(row[column], transform), row[label]) for row in dataset),
        class_names=getattr(features[label], "names", None),
        texts=tuple(str(value) for value in dataset[text]) if text else (),
    )
