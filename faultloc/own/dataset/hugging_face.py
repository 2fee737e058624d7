"""A `datasets.Dataset` of Hugging Face, told by its columns; the package itself is not needed to read one."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeGuard, runtime_checkable

from faultloc.errors import DataError
from faultloc.own.dataset.arrow_rows import array_rows, number_type
from faultloc.own.dataset.item_parts import INPUT_KEYS, LABEL_KEYS, TEXT_KEYS, found_key
from faultloc.own.dataset.items import Item, Source, Transform, transformed
from faultloc.own.dataset.torch_items import size_of

if TYPE_CHECKING:
    import pyarrow

# Formats whose rows are tables: a transform is given plain values instead.
_TABLES = ("arrow", "pandas", "polars")


@runtime_checkable
class LabelledRows(Protocol):
    """What `datasets.Dataset` gives: rows by the names of their columns, what kind each column is of, and in which form
    the values are handed over."""

    @property
    def features(self) -> Mapping[str, object]: ...

    @property
    def column_names(self) -> Sequence[str]: ...

    @property
    def format(self) -> Mapping[str, object]: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Mapping[str, object]]: ...

    def __getitem__(self, rows: slice) -> Mapping[str, Sequence[object]]: ...

    def select_columns(self, column_names: Sequence[str]) -> "LabelledRows": ...

    def with_format(self, type: str | None) -> "LabelledRows": ...

    def iter(self, batch_size: int) -> Iterator["pyarrow.Table"]: ...


def are_labelled_rows(dataset: object) -> TypeGuard[LabelledRows]:
    """Whether ``dataset`` is one of Hugging Face's, or behaves as one."""
    return all(hasattr(dataset, name) for name in ("features", "column_names", "with_format"))


def label_column(dataset: LabelledRows) -> str | None:
    """The column of labels: by its usual name, else the only one whose feature is a `ClassLabel`.

    Raises:
        DataError: there are several such, and none has a usual name.
    """
    usual = found_key(dataset.features, LABEL_KEYS)
    classes = [name for name, kind in dataset.features.items() if type(kind).__name__ == "ClassLabel"]
    if usual is None and len(classes) > 1:
        raise DataError(
            f"the Hugging Face data set has several columns of classes ({', '.join(classes)}); expected one called "
            "label: rename_column gives the right one this name"
        )
    return usual or next(iter(classes), None)


def rows_of(dataset: LabelledRows, transform: Transform | None) -> Source:
    """The rows of ``dataset``; an input is a text only if there is a ``transform`` that makes numbers of it.

    Columns are read as they are stored, whatever the format of the data set: the formats of NumPy and torch make 32-bit
    floats of a batch of integers in which one value is missing. A ``with_transform`` of the data set is applied.

    Raises:
        DataError: no column has a usual name of inputs, or of labels; a value is missing.
    """
    size_of(dataset)
    label, text = label_column(dataset), found_key(dataset.features, TEXT_KEYS)
    texts = () if text is None else tuple("" if value is None else str(value) for value in _stored(dataset, text))
    names = getattr(dataset.features[label], "names", None) if label is not None else None
    if dataset.format["type"] == "custom":
        items = _made(dataset, label, transform)
    else:
        shown = dataset.format["columns"]
        assert isinstance(shown, list)
        column = found_key(shown, (*INPUT_KEYS, *(TEXT_KEYS if transform is not None else ())))
        if label is None or column is None:
            raise DataError(
                f"the Hugging Face data set has the columns {', '.join(dataset.features)}; expected one of "
                f"{', '.join(INPUT_KEYS)} (texts with transform=..., which makes token ids of each) and label: "
                "rename_column gives them these names, flatten() takes nested ones apart"
            )
        items = zip(_inputs(dataset, column, transform), _stored(dataset, label), strict=True)
    return Source(items, partial(size_of, dataset), names, texts)


def _stored(dataset: LabelledRows, column: str) -> Sequence[object]:
    return dataset.with_format(None).select_columns([column])[:][column]


def _inputs(dataset: LabelledRows, column: str, transform: Transform | None) -> Iterator[object]:
    form = dataset.format
    own_dtype = bool(form["format_kwargs"])  # with_format("torch", dtype=...): how the model takes the values
    chosen, dtype = dataset.select_columns([column]), number_type(dataset.features[column])
    if dtype is not None and transform is None and not own_dtype:
        yield from array_rows(chosen.with_format("arrow").iter(64), column, dtype)
        return
    if dtype is not None:  # for what is missing in them
        for _ in array_rows(chosen.with_format("arrow").iter(64), column, dtype, whole=False):
            pass
    is_plain = form["type"] in _TABLES or (transform is None and not own_dtype)
    for index, row in enumerate(chosen.with_format(None) if is_plain else chosen):
        value = row[column]
        if value is None:
            raise missing(column, index)
        if isinstance(value, Mapping) and set(value) == {"bytes", "path"}:
            raise DataError(
                f"the column {column!r} holds files that are not decoded; expected pictures: "
                f"cast_column({column!r}, datasets.Image()) decodes them"
            )
        if isinstance(value, Mapping) and transform is None:
            raise DataError(
                f"the column {column!r} holds several fields ({', '.join(value)}); expected an image, numbers or token "
                "ids: flatten() makes columns of them, rename_column gives the right one a usual name"
            )
        yield transformed(value, transform)


def missing(column: str, index: int) -> DataError:
    """What is said where a column has no value."""
    return DataError(
        f"the column {column!r} has no value (null) in row {index}; expected one in every row: fill it in, or leave "
        f"such rows out with dataset.filter(lambda row: row[{column!r}] is not None)"
    )


def _made(dataset: LabelledRows, label: str | None, transform: Transform | None) -> Iterator[Item]:
    """The rows as the data set's own transform makes them; a label that it leaves out is read from its column."""
    stored = None if label is None else _stored(dataset, label)
    for index, row in enumerate(dataset):
        into = found_key(row, (*INPUT_KEYS, *TEXT_KEYS))
        made = found_key(row, LABEL_KEYS) or (label if label in row else None)
        if into is None or (made is None and stored is None):
            raise DataError(
                f"the data set's own transform gives {', '.join(row)}; expected one of {', '.join(INPUT_KEYS)}, and "
                "label: let it give them under these names"
            )
        yield transformed(row[into], transform), row[made] if made is not None else stored[index]  # type: ignore[index]
