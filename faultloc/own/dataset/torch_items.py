"""A torch `Dataset` of (input, label), alone or behind a `DataLoader`."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from torch.utils.data import DataLoader

from faultloc.errors import DataError
from faultloc.own.dataset.items import Item, Transform, transformed
from faultloc.own.dataset.values import as_array


@runtime_checkable
class LabelledItems(Protocol):
    """What `torch.utils.data.Dataset` gives: the number of its items, and each as (input, label)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[object, object]: ...


def single_items(dataset: LabelledItems, transform: Transform | None) -> Iterator[Item]:
    """Each input of ``dataset``, or what ``transform`` makes of it, and its label.

    Raises:
        DataError: an item is no pair.
    """
    for index in range(len(dataset)):
        value, label = _pair(dataset[index], index)
        yield transformed(value, transform), label


def batched_items(loader: DataLoader) -> Iterator[Item]:
    """Each input of the data set of ``loader`` and its label, in the data set's own order, whatever the loader's
    sampler: ids are places in it.

    Raises:
        DataError: a batch is no pair, or no arrays of numbers.
    """
    ordered = DataLoader(
        loader.dataset,
        batch_size=loader.batch_size or 1,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
    )
    for number, batch in enumerate(ordered):
        inputs, labels = _pair(batch, number)
        yield from zip(as_array(inputs), as_array(labels), strict=True)


def size_of(dataset: object) -> int:
    """The number of items of ``dataset``.

    Raises:
        DataError: it has none, as a stream.
    """
    try:
        return len(dataset)  # type: ignore[arg-type]
    except TypeError as error:
        raise DataError(
            f"the data set {type(dataset).__name__} has no length, so it has no places to name samples by; expected a "
            "data set that is not a stream"
        ) from error


def named_classes(dataset: object) -> Sequence[str] | None:
    """The names of the classes where ``dataset`` knows them, as torchvision's do."""
    return getattr(dataset, "classes", None)


def _pair(item: object, index: int) -> Item:
    if not isinstance(item, Sequence) or len(item) != 2:
        raise DataError(
            f"item {index} of the data set is a {type(item).__name__}; expected a pair (input, label): wrap the data "
            "set so that it gives one"
        )
    return item[0], item[1]
