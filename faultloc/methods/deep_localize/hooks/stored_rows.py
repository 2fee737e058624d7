"""The array that a training loop draws its samples from, and along which of its axes they lie.

A batch alone does not tell which of its axes is that of the samples. The loop has the array that it was cut from among
its variables, or in the data set of a loader: what is drawn from it in no order are samples.
"""

import sys
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from types import GeneratorType, ModuleType

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Subset

from faultloc.methods.deep_localize.hooks.loop_names import scopes_of

_MOST_ARRAYS, _MOST_VALUES, _MOST_VARIABLES = 100, 50_000_000, 2000
_FEWEST_VALUES, _ASKED = 4, 8


@dataclass(frozen=True)
class StoredRows:
    """Rows ``numbers`` of ``array`` along ``axis`` are the first few of a batch along the same axis.

    ``is_exact`` is False where only their values are the same, one after the other, and their axes lie otherwise;
    ``in_data_set`` says that the array is the one of a loader's data set.
    """

    array: Tensor
    axis: int
    numbers: tuple[int, ...]
    is_exact: bool
    in_data_set: bool

    @property
    def are_samples(self) -> bool:
        """Whether they were drawn in no order, which nobody does with the steps of a sequence, or by a loader."""
        steps = {after - before for before, after in zip(self.numbers, self.numbers[1:], strict=False)}
        return self.is_exact and (len(steps) > 1 or (self.in_data_set and self.axis == 0))


@dataclass(frozen=True)
class Variables:
    """What the code that trains has at hand: its arrays as tensors, those of its loaders' data sets, the loaders."""

    arrays: tuple[Tensor, ...]
    of_data_sets: tuple[Tensor, ...]
    loaders: tuple[DataLoader, ...]


def variables_of_the_loop() -> Variables:
    """The variables of the functions that are under way, but for torch's own and ours; nothing of them is changed."""
    arrays: dict[int, Tensor] = {}
    inner: dict[int, Tensor] = {}
    loaders: dict[int, DataLoader] = {}
    scopes = list(scopes_of(sys._getframe(1)))
    modules = [scope for scope in scopes if "__name__" in scope]
    own = {scope["__name__"] for scope in modules if "site-packages" not in str(scope.get("__file__", ""))}
    for scope in scopes:
        for value in _with_what_they_keep(list(scope.values())[:_MOST_VARIABLES], own):
            if isinstance(value, DataLoader):
                loaders.setdefault(id(value), value)
                inner |= _arrays_of(value.dataset)
            elif isinstance(value, Dataset):
                inner |= _arrays_of(value)
            elif (array := _as_tensor(value)) is not None:
                arrays.setdefault(id(value), array)
    kept = [tuple(found.values())[:_MOST_ARRAYS] for found in (arrays, inner)]
    # What is as long as a loader's data set is where it has its samples from, too.
    lengths = {_length(loader.dataset) for loader in loaders.values()} - {0}
    beside = tuple(array for array in kept[0] if len(array) in lengths)
    return Variables(kept[0], (*kept[1], *beside), tuple(loaders.values()))


def rows_of(given: Tensor, variables: Variables) -> Iterator[StoredRows]:
    """Where the first rows of ``given`` stand in an array that has more of them; what is all one number tells nothing.

    Only copies that hold the very same numbers are found: not of what is changed on its way from the array.
    """
    if given.dim() < 2 or not given.numel() or given.numel() > _MOST_VALUES:
        return
    for arrays, in_data_set in ((variables.of_data_sets, True), (variables.arrays, False)):
        for array in arrays:
            for axis in (0, 1):
                numbers = _numbers_along(given, array, axis)
                if numbers is not None:
                    yield StoredRows(array, axis, numbers, is_exact=True, in_data_set=in_data_set)
            numbers = _numbers_of_viewed(given, array)
            if numbers is not None:
                yield StoredRows(array, 0, numbers, is_exact=False, in_data_set=in_data_set)


def _with_what_they_keep(values: Sequence[object], own: Set[object]) -> Iterator[object]:
    """The ``values``, the attributes of those whose class is of a module in ``own``, a trainer's for instance, and what
    generators among them have at hand, which wait to go on."""
    for value in values:
        is_known = isinstance(value, nn.Module | Dataset | type | ModuleType) or type(value).__module__ not in own
        for kept in (value, *(() if is_known else list(getattr(value, "__dict__", {}).values()))):
            yield kept
            if isinstance(kept, GeneratorType) and kept.gi_frame is not None:
                yield from list(kept.gi_frame.f_locals.values())[:_MOST_VARIABLES]


def _arrays_of(data_set: object) -> dict[int, Tensor]:
    while isinstance(data_set, Subset):
        data_set = data_set.dataset
    kept = getattr(data_set, "tensors", None)
    values = [*(kept if isinstance(kept, tuple | list) else ()), *getattr(data_set, "__dict__", {}).values()]
    return {id(value): array for value in values if (array := _as_tensor(value)) is not None}


def _length(data_set: object) -> int:
    try:
        return len(data_set)  # type: ignore[arg-type]
    except TypeError:  # one that is read as it comes
        return 0


def _as_tensor(value: object) -> Tensor | None:
    """The array as a tensor that shares its values; None for what is no array of numbers, or has but one axis."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fib" and value.ndim > 1 and min(value.strides) > 0:
        if not value.flags.writeable or value.dtype.byteorder not in "=|":
            return None
        return torch.from_numpy(value) if value.size <= _MOST_VALUES else None
    if type(value) is not Tensor or value.dim() < 2 or value.layout != torch.strided:
        return None
    return value.detach() if 0 < value.numel() <= _MOST_VALUES else None


def _numbers_along(given: Tensor, array: Tensor, axis: int) -> tuple[int, ...] | None:
    if array.dim() != given.dim() or array.shape[axis] <= given.shape[axis]:
        return None
    if any(array.shape[each] != given.shape[each] for each in range(given.dim()) if each != axis):
        return None
    return _numbers(given.detach().movedim(axis, 0), array.movedim(axis, 0))


def _numbers_of_viewed(given: Tensor, array: Tensor) -> tuple[int, ...] | None:
    """Of an array whose rows are the same numbers under other axes: lengths that ``given`` has in another order."""
    row = array.shape[1:]
    count, rest = divmod(given.numel(), row.numel()) if row.numel() else (0, 1)
    if rest or count < 2 or len(array) <= count:
        return None
    ours, theirs = ([length for length in shape if length > 1] for shape in (given.shape, (count, *row)))
    if ours == theirs or sorted(ours) != sorted(theirs):
        return None
    return _numbers(given.detach().reshape(count, *row), array)


def _numbers(rows: Tensor, array: Tensor) -> tuple[int, ...] | None:
    """The number in ``array`` of each of the first ``rows``; None where one is not in it, or tells nothing."""
    found: list[int] = []
    flat = [row.flatten().to(array.device) for row in rows[:_ASKED]]
    if flat[0].numel() < _FEWEST_VALUES:
        return None
    for row in flat:
        if bool((row == row[0]).all()):
            return None
        alike = torch.arange(len(array), device=array.device)
        # One value of each row tells most of them apart.
        for place in (0, row.numel() // 2, row.numel() - 1):
            column = array
            for one in np.unravel_index(place, tuple(array.shape[1:])):
                column = column.select(1, int(one))
            alike = alike[column[alike].to(row.dtype) == row[place]]
        chosen = array[alike].flatten(1).to(row.dtype)
        same = alike[(chosen == row).all(1)]
        if not len(same):
            return None
        # Of rows that are there several times, the next one: what comes in order is not to look as if it did not.
        later = same[same > found[-1]] if found else same
        found.append(int(later[0] if len(later) else same[0]))
    return tuple(found)
