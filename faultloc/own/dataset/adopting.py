"""Telling what kind of data set was brought, and taking its samples over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch.utils.data import DataLoader

from faultloc.errors import DataError
from faultloc.own.dataset.arrays import read_arrays
from faultloc.own.dataset.hugging_face import are_labelled_rows, rows_of
from faultloc.own.dataset.items import Transform, keep_items
from faultloc.own.dataset.torch_items import LabelledItems, batched_items, named_classes, single_items, size_of
from faultloc.subject.dataset import LabeledDataset


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
        return OwnSamples(read_arrays(*dataset, class_names))
    if isinstance(dataset, DataLoader):
        count, names = size_of(dataset.dataset), class_names or named_classes(dataset.dataset)
        return OwnSamples(keep_items(batched_items(dataset), count, names, folder))
    if are_labelled_rows(dataset):
        count, rows = size_of(dataset), rows_of(dataset, transform)
        return OwnSamples(keep_items(rows.items, count, class_names or rows.class_names, folder), rows.texts)
    if not isinstance(dataset, LabelledItems):
        raise DataError(
            f"the data set is a {type(dataset).__name__}; expected a torch Dataset of (input, label) with a length, a "
            "DataLoader, a Hugging Face Dataset, or a pair of arrays (inputs, labels)"
        )
    items = single_items(dataset, transform)
    return OwnSamples(keep_items(items, len(dataset), class_names or named_classes(dataset), folder))
