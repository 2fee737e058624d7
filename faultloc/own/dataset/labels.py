"""Labels as class indices; what is none is named, with the samples that have it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from faultloc.errors import DataError, ModelError
from faultloc.own.dataset.distinct_names import meanings
from faultloc.own.dataset.label_forms import GIVE_CLASSES, Unusable, read_label

ClassIndices = Int[np.ndarray, "sample"]

_EXPECTED = "expected one class index a sample"
_PLACES_SHOWN = 3
# Labels so many times beyond the outputs of a model are something else than classes.
_FAR = 10


def class_indices(labels: Sequence[object], class_names: Sequence[str] | None) -> ClassIndices:
    """``labels`` as class indices from 0: whole numbers, True and False, numbers as text, or ``class_names`` as text.

    Raises:
        DataError: one is none, or the name of several classes; the sentence says which samples have such a one, what
            was found and what to do.
    """
    places = meanings(() if class_names is None else [str(name) for name in class_names])
    read = [read_label(label, places) for label in labels]
    wrong = {number: value for number, value in enumerate(read) if isinstance(value, Unusable)}
    if wrong:
        first = next(iter(wrong.values()))
        alike = [number for number, value in wrong.items() if value == first]
        others = f"; {len(wrong) - len(alike)} more are none for other reasons" if len(wrong) > len(alike) else ""
        raise DataError(
            f"the {name_samples(alike, len(labels))} {first.found}; {_EXPECTED}, from 0: {first.advice}{others}"
        )
    indices = np.array(read, dtype=np.int64)
    truths = [number for number, label in enumerate(labels) if isinstance(label, bool | np.bool_)]
    if truths and indices.max() > 1:
        raise DataError(
            f"the {name_samples(truths, len(labels))} {labels[truths[0]]}, and others are numbers up to "
            f"{indices.max()}; {_EXPECTED}, from 0: give all as numbers"
        )
    return indices


def indices_of_array(labels: np.ndarray, class_names: Sequence[str] | None) -> ClassIndices:
    """As ``class_indices``, of an array at once; a column (sample, 1) is taken as a row.

    Raises:
        DataError: a label is no class index, or they are floating point numbers.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 1 and labels.dtype.kind in "biu" and _are_indices(labels):
        return labels.astype(np.int64)
    found = f"the labels have the shape {labels.shape} and the type {labels.dtype}; {_EXPECTED}"
    if labels.ndim != 1:
        row = read_label(labels[0], {}) if labels.ndim and len(labels) else None
        raise DataError(f"{found}, and each is {row.found}: {row.advice}" if isinstance(row, Unusable) else found)
    indices = class_indices(list(labels) if labels.dtype.kind in "Mm" else labels.tolist(), class_names)
    if labels.dtype.kind == "f":
        raise DataError(f"{found}: labels.astype(int), if that is what they are")
    return indices


def check_below(indices: ClassIndices, outputs: int) -> None:
    """Nothing, where every index is that of one of the model's ``outputs``.

    Raises:
        ModelError: one is not. Nothing as large as the largest label is made to find that out.
    """
    beyond = np.flatnonzero(indices >= outputs)
    if not len(beyond):
        return
    least, largest = int(indices.min()), int(indices.max())
    if least == 1 and largest == outputs:
        advice = "the labels begin at 1, so subtract 1"
    elif largest > _FAR * outputs:
        advice = f"if these are ids, dates or measurements, {GIVE_CLASSES}"
    else:
        advice = "check that it is the model of these labels, and that they are numbered from 0"
    raise ModelError(
        f"the {name_samples(beyond.tolist(), len(indices))} {int(indices[beyond[0]])}, and with labels up to {largest} "
        f"there would be {largest + 1} classes, but the model has {outputs} outputs; expected class indices from 0 to "
        f"{outputs - 1}: {advice}"
    )


def name_samples(places: Sequence[int], total: int) -> str:
    """``label of sample 3 is``, or with how many there are and the first of them."""
    if len(places) == 1:
        return f"label of sample {places[0]} is"
    if len(places) == total:
        return f"label of sample {places[0]}, as of all {total}, is"
    more = ", ".join(str(place) for place in places[1 : _PLACES_SHOWN + 1])
    etc = ", ..." if len(places) > _PLACES_SHOWN + 1 else ""
    return f"label of sample {places[0]} (and of {len(places) - 1} more of {total}: {more}{etc}) is"


def _are_indices(labels: np.ndarray) -> bool:
    return not labels.size or (int(labels.min()) >= 0 and int(labels.max()) <= np.iinfo(np.int64).max)
