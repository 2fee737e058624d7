"""Progress bars on a terminal, silence in a file or a pipe."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

tqdm.monitor_interval = 0  # no monitor thread: worker processes are forked, and a fork with threads is unsafe


def item_bar(description: str, unit: str) -> Callable[[Iterable[Item]], Iterable[Item]]:
    """A function that passes items through and shows how many have been taken."""
    return lambda items: tqdm(items, desc=description, unit=unit, leave=False, disable=None, dynamic_ncols=True)


@contextmanager
def count_bar(description: str, total: int, row: int) -> Iterator[Callable[[object], object]]:
    """A callback that moves a bar in terminal row ``row`` by so many of ``total``."""
    with tqdm(
        total=total, desc=description, position=row, leave=False, disable=None, dynamic_ncols=True, unit_scale=True
    ) as bar:
        yield lambda count: bar.update(count if isinstance(count, int) else 1)


@contextmanager
def epoch_bar(
    description: str, epochs: int, *, row: int = 0, shown: bool = True
) -> Iterator[Callable[[object], object]]:
    """A callback for the end of an epoch that moves a bar in terminal row ``row``, if one is to be ``shown``."""
    with tqdm(
        total=epochs,
        desc=description,
        unit="epoch",
        position=row,
        leave=False,
        disable=None if shown else True,
        dynamic_ncols=True,
    ) as bar:
        yield lambda _: bar.update()
