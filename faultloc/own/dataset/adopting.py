"""Telling what kind of data set was brought, and taking its samples over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, default_collate

from faultloc.errors import DataError
from faultloc.own.dataset.arrays import read_arrays
from faultloc.own.dataset.class_names import OutputsOf, given_names
from faultloc.own.dataset.distinct_names import distinct_names
from faultloc.own.dataset.hugging_face import are_labelled_rows, rows_of
from faultloc.own.dataset.item_parts import INPUT_KEYS, LABEL_KEYS, found_key
from faultloc.own.dataset.items import Item, Source, Transform, keep_items
from faultloc.own.dataset.tables import rows_of_table
from faultloc.own.dataset.torch_items import LabelledItems, batched_items, single_items, warn_of_part
from faultloc.own.dataset.unusable import refuse_collection
from faultloc.own.dataset.values import as_whole_array
from faultloc.subject.dataset import LabeledDataset

_Array = np.ndarray | torch.Tensor | pd.Series | pd.DataFrame


@dataclass(frozen=True)
class OwnSamples:
    """The data set, its texts as they were read, and whether its labels were names of classes, and no numbers."""

    dataset: LabeledDataset
    texts: tuple[str, ...] = ()
    labels_are_text: bool = False


def adopt_dataset(
    dataset: object,
    class_names: Sequence[str] | None,
    folder: Path,
    transform: Transform | None = None,
    outputs_of: OutputsOf | None = None,
) -> OwnSamples:
    """The samples of ``dataset``: a `LabeledDataset`; a pair of arrays (inputs, labels), also by their usual names in a
    dictionary; a torch `Dataset` of (input, label), of more than that, or of dictionaries, or a `DataLoader`, whose
    data set is read in order; a Hugging Face `Dataset` with an image, text or tensor feature and a label; a pandas
    `DataFrame`.

    Inputs, or what ``transform`` makes of each, are tensors, arrays or Pillow images of one shape: uint8 images are
    passed to the model as floats in [0, 1], floats as they are. They are kept in ``folder``, mapped into memory. Ids
    are the samples' places, so that a data set that gives fewer or more samples than its length is refused. Labels are
    checked against the number of outputs that ``outputs_of`` says for such inputs. Each class has a name of its own.

    Raises:
        DataError: ``dataset`` is nothing of this kind, its samples are not alike, or a label is no class index.
        ModelError: the model does not take the inputs, or a label is none of its outputs.
    """
    adopted = _adopted(dataset, class_names, folder, transform, outputs_of)
    names = distinct_names(adopted.dataset.class_names)
    return replace(adopted, dataset=replace(adopted.dataset, class_names=names))


def _adopted(
    dataset: object,
    class_names: Sequence[str] | None,
    folder: Path,
    transform: Transform | None,
    outputs_of: OutputsOf | None,
) -> OwnSamples:
    if isinstance(dataset, LabeledDataset):
        _refuse_transform(dataset, transform)
        return OwnSamples(dataset)
    refuse_collection(dataset)
    names = given_names(class_names)
    pair = _pair_of_arrays(dataset)
    if pair is not None:
        _refuse_transform(dataset, transform)
        read = read_arrays(*pair, names, outputs_of)
        return OwnSamples(read, labels_are_text=_is_text(_first_of(pair[1])))
    source = _source(dataset, transform)
    first_labels: list[object] = []

    def watched() -> Iterator[Item]:
        for item in source.items:
            if not first_labels:
                first_labels.append(item[1])
            yield item

    kept = keep_items(replace(source, items=watched()), names, folder, outputs_of)
    return OwnSamples(kept, source.texts, _is_text(first_labels[0]))


def _source(dataset: object, transform: Transform | None) -> Source:
    if isinstance(dataset, DataLoader):
        _refuse_transform(dataset, transform)
        warn_of_part(dataset)
        # The loader would read a Hugging Face data set by its format: see rows_of.
        if are_labelled_rows(dataset.dataset) and dataset.collate_fn is default_collate:
            return rows_of(dataset.dataset, None)
        return batched_items(dataset)
    if are_labelled_rows(dataset):
        return rows_of(dataset, transform)
    if isinstance(dataset, pd.DataFrame):
        return rows_of_table(dataset, transform)
    if isinstance(dataset, LabelledItems):
        return single_items(dataset, transform)
    raise DataError(
        f"the data set is a {type(dataset).__name__}; expected a torch Dataset of (input, label) with a length, a "
        "DataLoader, a Hugging Face Dataset, a pandas DataFrame, or a pair of arrays (inputs, labels)"
    )


def _is_text(label: object) -> bool:
    return isinstance(label, str | bytes)


def _first_of(labels: object) -> object:
    """The first of labels that have been read: a table's names of columns are none."""
    array = None if isinstance(labels, list | tuple) else as_whole_array(labels)
    values = labels if array is None else array.ravel()[:1].tolist()
    return next(iter(values), None) if isinstance(values, Iterable) else None


def _pair_of_arrays(dataset: object) -> tuple[object, object] | None:
    """(inputs, labels) where ``dataset`` is a pair of arrays, or a dictionary of two with the usual names."""
    if isinstance(dataset, tuple) and len(dataset) == 2:
        return dataset[0], dataset[1]
    if isinstance(dataset, list) and len(dataset) == 2 and all(isinstance(part, _Array) for part in dataset):
        return dataset[0], dataset[1]
    if isinstance(dataset, Mapping):
        into, label = found_key(dataset, INPUT_KEYS), found_key(dataset, LABEL_KEYS)
        if into is not None and label is not None:
            return dataset[into], dataset[label]
    return None


def _refuse_transform(dataset: object, transform: Transform | None) -> None:
    if transform is not None:
        raise DataError(
            f"a transform is for the samples of a data set one by one, and this is a {type(dataset).__name__}; "
            "expected none with it: transform the arrays, or the loader's data set"
        )
