"""Samples that come one by one, counted and kept in one array on disk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from faultloc.errors import DataError, FaultlocError
from faultloc.own.dataset.class_names import OutputsOf, fitting_names, named_samples_of
from faultloc.own.dataset.labels import check_below, class_indices
from faultloc.own.dataset.values import as_input, kept_type, place_ids
from faultloc.subject.dataset import LabeledDataset

Item = tuple[object, object]  # an input and its label
# What the caller makes of each input before the model sees it.
Transform = Callable[[object], object]


@dataclass(frozen=True)
class Source:
    """Each input and its label, in the order of their places; how many there are to be by ``count``, which is asked
    before and after; the names of the classes where the data set knows them, the texts as they are."""

    items: Iterator[Item]
    count: Callable[[], int]
    class_names: Sequence[str] | None = None
    texts: tuple[str, ...] = ()


def transformed(value: object, transform: Transform | None) -> object:
    """What ``transform`` makes of ``value``, or else ``value``."""
    return value if transform is None else transform(value)


def keep_items(
    source: Source, class_names: Sequence[str] | None, folder: Path, outputs_of: OutputsOf | None = None
) -> LabeledDataset:
    """The samples of ``source``, their inputs in `inputs.npy` in ``folder``, mapped into memory.

    ``class_names`` go before those that the source knows. The model is asked by ``outputs_of`` as soon as there is one
    sample, the labels are checked against its answer once all are there.

    Raises:
        DataError: there are none, fewer or more than promised; they are not of one shape and type; a label is no class
            index; reading one fails.
        ModelError: the model does not take them, or a label is none of its outputs.
    """
    promised = source.count()
    if not promised:
        raise DataError("the data set has no samples; expected some of two classes or more")
    names = source.class_names if class_names is None else class_names
    labels: list[object] = []
    rows: np.memmap | None = None
    outputs: int | None = None
    for index, (value, label) in enumerate(_read(source.items, promised)):
        if index >= promised:
            raise DataError(
                f"the data set gives more than the {promised} samples of its length; expected each once, so that its "
                "place names it: mend __len__, or what repeats samples (a collate_fn, a sampler)"
            )
        array = _input(value, index)
        if rows is None:
            first = class_indices([label], names)  # what is wrong with every label is said before all are read
            if outputs_of is not None:
                outputs = outputs_of(array.astype(kept_type(array))[None])
                check_below(first, outputs)
                names = names if class_names is not None else fitting_names(names, outputs)
            rows = _new_rows(folder, array, promised)
        if array.shape != rows.shape[1:] or kept_type(array) != rows.dtype:
            raise DataError(
                f"sample {index} has the shape {array.shape} of {array.dtype}, the first one {rows.shape[1:]} of "
                f"{rows.dtype}; expected one shape and type for all: let the data set's transform resize or pad them"
            )
        rows[index] = array
        labels.append(label)
    if len(labels) < promised or rows is None:
        raise DataError(
            f"the data set gives {len(labels)} samples, and its length is {promised}; expected each once, so that its "
            "place names it: mend __len__, or what drops samples (a collate_fn), and leave out those that cannot be "
            "read with torch.utils.data.Subset"
        )
    if source.count() != promised:
        raise DataError(
            f"the data set has {source.count()} samples after reading, and {promised} before; expected one that stays "
            "as it is, so that places name samples: give a copy of it"
        )
    rows.flush()
    inputs = np.load(folder / "inputs.npy", mmap_mode="c", allow_pickle=False)
    return named_samples_of(inputs, class_indices(labels, names), place_ids(promised), names, outputs)


def _new_rows(folder: Path, first: Shaped[np.ndarray, "..."], count: int) -> np.memmap:
    folder.mkdir(parents=True, exist_ok=True)
    shape = (count, *first.shape)
    return np.lib.format.open_memmap(folder / "inputs.npy", mode="w+", dtype=kept_type(first), shape=shape)


def _input(value: object, index: int) -> Shaped[np.ndarray, "..."]:
    if value is None:
        raise DataError(
            f"sample {index} has no input (None); expected an image, a tensor or an array: leave it out, for example "
            "with torch.utils.data.Subset"
        )
    try:
        return as_input(value)
    except FaultlocError as error:
        raise DataError(f"sample {index}: {error}") from error
    except Exception as error:  # a picture that is opened and not yet read may be damaged
        raise DataError(
            f"the input of sample {index} cannot be read: {_last_words(error)}; mend it, or leave it out with "
            "torch.utils.data.Subset"
        ) from error


def _read(items: Iterator[Item], promised: int) -> Iterator[Item]:
    """``items``; what a person's own code raises while it reads one is said in a sentence."""
    for index in range(2**63 - 1):
        try:
            item = next(items)
        except StopIteration:
            return
        except FaultlocError:
            raise
        except Exception as error:  # whatever a person's own code raises
            raise DataError(
                f"reading stops at sample {index} of {promised} (or in its batch): {_last_words(error)}; "
                "expected every sample that the length promises: mend what fails, or leave the sample out with "
                "torch.utils.data.Subset"
            ) from error
        yield item


def _last_words(error: Exception) -> str:
    """What ``error`` is and says, in a line: its first, or the last where a loader's worker repeats a traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["nothing is said"]
    if any("Traceback" in line for line in lines):
        return lines[-1][:300]
    return f"{type(error).__name__}: {lines[0][:300]}"
