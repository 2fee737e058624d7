"""A torch `Dataset` of (input, label), alone or behind a `DataLoader`."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sized
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from faultloc.errors import DataError
from faultloc.own.dataset.class_names import known_classes
from faultloc.own.dataset.item_parts import input_and_label
from faultloc.own.dataset.items import Item, Source, Transform, transformed
from faultloc.own.dataset.values import as_array, as_whole_array


@runtime_checkable
class LabelledItems(Protocol):
    """What `torch.utils.data.Dataset` gives: the number of its items, and each as (input, label)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> object: ...


def single_items(dataset: LabelledItems, transform: Transform | None) -> Source:
    """Each input of ``dataset``, or what ``transform`` makes of it, and its label; a stream with a length is read once,
    in its order."""
    count = partial(size_of, dataset)
    stream = isinstance(dataset, IterableDataset)
    values = iter(dataset) if stream else (dataset[index] for index in range(count()))
    return Source(_parted(values, transform), count, known_classes(dataset))


def batched_items(loader: DataLoader) -> Source:
    """Each input of the data set of ``loader`` and its label, in the data set's own order, whatever the loader's
    sampler: ids are places in it. Every batch is counted."""
    count = partial(size_of, loader.dataset)
    return Source(_from_batches(loader, count()), count, known_classes(loader.dataset))


def size_of(dataset: object) -> int:
    """The number of items of ``dataset``.

    Raises:
        DataError: it has none, as a stream.
    """
    try:
        return len(dataset)  # type: ignore[arg-type]
    except Exception as error:  # whatever a person's own code raises
        reason = "" if isinstance(error, TypeError | NotImplementedError) else f" ({type(error).__name__}: {error})"
        raise DataError(
            f"the data set {type(dataset).__name__} has no length{reason}, so it has no places to name samples by; "
            "expected a data set that is not a stream: load it whole, or write its samples into arrays"
        ) from error


def _parted(values: Iterable[object], transform: Transform | None) -> Iterator[Item]:
    for index, item in enumerate(values):
        value, label = input_and_label(item, index)
        yield transformed(value, transform), label


def _from_batches(loader: DataLoader, count: int) -> Iterator[Item]:
    stream = isinstance(loader.dataset, IterableDataset)
    alone = loader.batch_size is None and loader.batch_sampler is None  # items as they are, without batches
    size = None if alone else loader.batch_size or getattr(loader.batch_sampler, "batch_size", None) or 1
    ordered = DataLoader(
        loader.dataset,
        batch_size=size,
        num_workers=0 if stream else loader.num_workers,  # a stream comes once from every worker
        collate_fn=loader.collate_fn,
        worker_init_fn=None if stream else loader.worker_init_fn,
        multiprocessing_context=None if stream else loader.multiprocessing_context,
    )
    if size is None:
        yield from _parted(ordered, None)
        return
    start = 0
    for batch in ordered:
        if isinstance(batch, list) and batch and all(isinstance(item, tuple | Mapping) for item in batch):
            yield from _parted(batch, None)  # as they are, by collate_fn=lambda batch: batch
            start += len(batch)
            continue
        expected = min(size, count - start)
        values, labels = input_and_label(batch, start, is_batch=True)
        inputs, given = as_array(values), _rows(labels)
        came = len(inputs) if inputs.ndim else 0
        if came != len(given) or (not stream and came != expected):
            raise DataError(
                f"the loader's batch from sample {start} on has {came} inputs and {len(given)} labels, where the data "
                f"set has {expected} samples; expected each once, so that its place names it: let collate_fn neither "
                "drop nor repeat samples, and leave out those that cannot be read with torch.utils.data.Subset"
            )
        yield from zip(inputs, given, strict=True)
        start += came


def _rows(labels: object) -> list[object]:
    """The labels of a batch, one by one."""
    array = as_whole_array(labels) if isinstance(labels, torch.Tensor | np.ndarray) else None
    if array is not None:
        return list(array) if array.ndim else [array]
    if isinstance(labels, Iterable) and not isinstance(labels, str):
        return list(labels)
    return [labels]


def warn_of_part(loader: DataLoader) -> None:
    """Warns where the loader's own sampler would give a part of the data set."""
    count = size_of(loader.dataset)
    sampler = getattr(loader.batch_sampler, "sampler", loader.sampler)
    given = len(sampler) if isinstance(sampler, Sized) else count
    if given < count:
        warnings.warn(
            f"the loader's sampler gives {given} of {count} samples; all {count} are read, in the data set's order: "
            "for a part give torch.utils.data.Subset(dataset, indices)",
            stacklevel=2,
        )
