"""A data set as people have it in Python, as the library knows it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int, Shaped
from PIL import Image
from torch.utils.data import DataLoader

from faultloc.errors import DataError
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset


@runtime_checkable
class LabelledItems(Protocol):
    """What `torch.utils.data.Dataset` gives: the number of its items, and each as (input, label)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[object, object]: ...


# What the caller makes of each input before the model sees it.
Transform = Callable[[object], object]


@dataclass(frozen=True)
class OwnSamples:
    """The data set, and its texts as they were read."""

    dataset: LabeledDataset
    texts: tuple[str, ...] = ()


def adopt_dataset(
    dataset: object, class_names: Sequence[str] | None, folder: Path, transform: Transform | None = None
) -> OwnSamples:
    """The samples of ``dataset``: a `LabeledDataset`; a pair of arrays (inputs, labels); a torch `Dataset` of (input,
    label), or a `DataLoader`, whose data set is read in order; a Hugging Face `Dataset` with an image, text or tensor
    feature and a label.

    Inputs, or what ``transform`` makes of each, are tensors, arrays or Pillow images of one shape: uint8 images are
    passed to the model as floats in [0, 1], floats as they are. They are kept in ``folder``, mapped into memory. Ids
    are the samples' places.

    Raises:
        DataError: ``dataset`` is nothing of this kind, or its samples are not alike.
    """
    if transform is not None and isinstance(dataset, LabeledDataset | tuple | DataLoader):
        raise DataError(
            f"a transform is for the samples of a data set one by one, and this is a {type(dataset).__name__}; "
            "expected none with it: transform the arrays, or the loader's data set"
        )
    if isinstance(dataset, LabeledDataset):
        return OwnSamples(dataset)
    if isinstance(dataset, tuple) and len(dataset) == 2:
        return OwnSamples(_from_arrays(*dataset, class_names))
    if isinstance(dataset, DataLoader):
        names = _names(class_names, dataset.dataset)
        return OwnSamples(_stored(_loaded(dataset), _size_of(dataset.dataset), names, folder))
    if hasattr(dataset, "features") and hasattr(dataset, "column_names"):
        return _from_hugging_face(dataset, class_names, folder, transform)
    if not isinstance(dataset, LabelledItems):
        raise DataError(
            f"the data set is a {type(dataset).__name__}; expected a torch Dataset of (input, label) with a length, a "
            "DataLoader, a Hugging Face Dataset, or a pair of arrays (inputs, labels)"
        )
    pairs = (_pair(dataset[index], index) for index in range(len(dataset)))
    items = ((_transformed(value, transform), label) for value, label in pairs)
    return OwnSamples(_stored(items, len(dataset), _names(class_names, dataset), folder))


def _from_arrays(inputs: object, labels: object, class_names: Sequence[str] | None) -> LabeledDataset:
    values = standard_inputs(_array(inputs), "the inputs")
    given = _labels(_array(labels))
    return LabeledDataset(values, given, _ids(len(given)), _class_names(class_names, given))


def _transformed(value: object, transform: Transform | None) -> object:
    return value if transform is None else transform(value)


def _from_hugging_face(
    dataset: object, class_names: Sequence[str] | None, folder: Path, transform: Transform | None
) -> OwnSamples:
    features = dataset.features  # type: ignore[attr-defined]
    label = next((name for name in ("label", "labels", "fine_label", "target") if name in features), None)
    label = label or next((name for name, kind in features.items() if type(kind).__name__ == "ClassLabel"), None)
    known = ("image", "img", "pixel_values", "input_ids", "inputs", "input")
    text = next((name for name in ("text", "sentence", "content") if name in features), None)
    column = next((name for name in known if name in features), text if transform is not None else None)
    if label is None or column is None:
        raise DataError(
            f"the Hugging Face data set has the columns {', '.join(features)}; expected one of {', '.join(known)} "
            "(texts with transform=..., which makes token ids of each) and label: rename_column gives them these names"
        )
    names = class_names or getattr(features[label], "names", None)
    items = ((_transformed(row[column], transform), row[label]) for row in dataset)  # type: ignore[attr-defined]
    count = len(dataset)  # type: ignore[arg-type]
    texts = tuple(str(value) for value in dataset[text]) if text else ()  # type: ignore[index]
    return OwnSamples(_stored(items, count, names, folder), texts)


def _loaded(loader: DataLoader) -> Iterator[tuple[object, object]]:
    # In the data set's own order, whatever the loader's sampler: ids are places in it.
    ordered = DataLoader(
        loader.dataset,
        batch_size=loader.batch_size or 1,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
    )
    for number, batch in enumerate(ordered):
        inputs, labels = _pair(batch, number)
        yield from zip(_array(inputs), _array(labels), strict=True)


def _stored(
    items: Iterator[tuple[object, object]], count: int, class_names: Sequence[str] | None, folder: Path
) -> LabeledDataset:
    if not count:
        raise DataError("the data set has no samples; expected some of two classes or more")
    labels = np.empty(count, dtype=np.int64)
    rows: np.memmap | None = None
    for index, (value, label) in enumerate(items):
        array = _input(value)
        if rows is None:
            folder.mkdir(parents=True, exist_ok=True)
            kind = _kept_as(array)
            rows = np.lib.format.open_memmap(folder / "inputs.npy", mode="w+", dtype=kind, shape=(count, *array.shape))
        if array.shape != rows.shape[1:] or _kept_as(array) != rows.dtype:
            raise DataError(
                f"sample {index} has the shape {array.shape} of {array.dtype}, the first one {rows.shape[1:]} of "
                f"{rows.dtype}; expected one shape and type for all: let the data set's transform resize or pad them"
            )
        rows[index] = array
        labels[index] = _label(label, index)
    assert rows is not None
    rows.flush()
    inputs = np.load(folder / "inputs.npy", mmap_mode="c", allow_pickle=False)
    return LabeledDataset(inputs, labels, _ids(count), _class_names(class_names, labels))


def _kept_as(array: np.ndarray) -> np.dtype:
    if array.dtype == np.uint8 and array.ndim == 3:
        return np.dtype(np.uint8)
    return np.dtype(np.int32 if array.ndim == 1 and np.issubdtype(array.dtype, np.integer) else np.float32)


def _input(value: object) -> Shaped[np.ndarray, "..."]:
    if isinstance(value, Image.Image):
        pixels = np.asarray(value if value.mode in ("L", "RGB") else value.convert("RGB"))
        return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))
    return _array(value)


def _array(value: object) -> np.ndarray:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype == object or array.dtype.kind in "US":
        raise DataError(
            f"an input or a label is a {type(value).__name__} that is no array of numbers; expected tensors, arrays or "
            "Pillow images, and class indices as labels"
        )
    return array


def _pair(item: object, index: int) -> tuple[object, object]:
    if not isinstance(item, Sequence) or len(item) != 2:
        raise DataError(
            f"item {index} of the data set is a {type(item).__name__}; expected a pair (input, label): wrap the data "
            "set so that it gives one"
        )
    return item[0], item[1]


def _label(label: object, index: int) -> int:
    try:
        return int(label)  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise DataError(f"the label of sample {index} is {label!r}; expected a class index from 0") from error


def _labels(labels: np.ndarray) -> Int[np.ndarray, "sample"]:
    if labels.ndim != 1 or not (np.issubdtype(labels.dtype, np.integer) or labels.dtype == bool):
        raise DataError(
            f"the labels have the shape {labels.shape} and the type {labels.dtype}; expected one class index a sample"
        )
    return labels.astype(np.int64)


def _names(class_names: Sequence[str] | None, dataset: object) -> Sequence[str] | None:
    # torchvision's data sets know theirs.
    return class_names or getattr(dataset, "classes", None)


def _class_names(class_names: Sequence[str] | None, labels: Int[np.ndarray, "sample"]) -> tuple[str, ...]:
    if class_names is not None:
        return tuple(str(name) for name in class_names)
    return tuple(str(number) for number in range(int(labels.max(initial=0)) + 1))


def _ids(count: int) -> Shaped[np.ndarray, "sample"]:
    return numbered_ids("sample", np.arange(count), count)


def _size_of(dataset: object) -> int:
    try:
        return len(dataset)  # type: ignore[arg-type]
    except TypeError as error:
        raise DataError(
            f"the data set {type(dataset).__name__} has no length, so it has no places to name samples by; expected a "
            "data set that is not a stream"
        ) from error
