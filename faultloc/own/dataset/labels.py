"""Labels as people write them, read as class indices; what is none is named, with the samples that have it."""

import datetime
import decimal
import math
import numbers
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from PIL import Image

from faultloc.errors import DataError, ModelError

_PLACES_SHOWN = 3
# How tables write that a value is missing.
_MISSING_WORDS = ("", "nan", "none", "null", "<na>", "nat", "n/a")
_LEAVE_OUT = "give it a label, or leave out the samples that have none"
_NUMBER = "number the classes from 0, in the order of the model's outputs"

ClassIndices = Int[np.ndarray, "sample"]


@dataclass(frozen=True)
class Unusable:
    """A label that is no class index: what it is, and what to do about it, in words. Equal ones are told of once."""

    found: str
    advice: str


def class_indices(labels: Sequence[object], class_names: Sequence[str] | None) -> ClassIndices:
    """``labels`` as class indices from 0: whole numbers, True and False, numbers as text, or ``class_names`` as text.

    Raises:
        DataError: one is none; the sentence says which samples have such a one, what was found and what to do.
    """
    places = {str(name): place for place, name in enumerate(class_names or ())}
    read = [read_label(label, places) for label in labels]
    wrong = [number for number, value in enumerate(read) if isinstance(value, Unusable)]
    if wrong:
        first = read[wrong[0]]
        assert isinstance(first, Unusable)
        alike = [number for number in wrong if read[number] == first]
        others = f"; {len(wrong) - len(alike)} more labels are none either" if len(wrong) > len(alike) else ""
        raise DataError(
            f"the {named_samples(alike, len(labels))} {first.found}; expected one class index a sample, from 0: "
            f"{first.advice}{others}"
        )
    _refuse_mixture(labels, read)
    return np.array(read, dtype=np.int64)


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
        advice = "the labels begin at 1: subtract 1"
    elif largest > 10 * outputs:
        advice = "is it an id, a date or a measurement? Give the column or the array of the classes"
    else:
        advice = "check that it is the model of these labels, and that they are numbered from 0"
    raise ModelError(
        f"the {named_samples(beyond.tolist(), len(indices))} {int(indices[beyond[0]])}, and with labels up to {largest} "
        f"there would be {largest + 1} classes, but the model has {outputs} outputs; expected class indices from 0 to "
        f"{outputs - 1}: {advice}"
    )


def named_samples(places: Sequence[int], total: int) -> str:
    """``label of sample 3 is``, or with how many there are and the first of them."""
    if len(places) == 1:
        return f"label of sample {places[0]} is"
    if len(places) == total:
        return f"label of sample {places[0]}, as of all {total}, is"
    more = ", ".join(str(place) for place in places[1:_PLACES_SHOWN])
    etc = ", ..." if len(places) > _PLACES_SHOWN else ""
    return f"label of sample {places[0]} (and of {len(places) - 1} more of {total}: {more}{etc}) is"


def read_label(label: object, places: Mapping[str, int]) -> int | Unusable:
    """The class index that ``label`` is, or what is wrong with it; ``places`` are those of the names of classes."""
    for kind, read in _READERS:
        if isinstance(label, kind):
            return read(label, places)
    if label is None or type(label).__name__ in ("NAType", "NaTType"):
        return Unusable(f"missing ({label})", _LEAVE_OUT)
    if hasattr(label, "__array__"):  # of JAX, TensorFlow, Polars
        return _of_array(np.asarray(label), places)
    return Unusable(f"a {type(label).__name__} ({reprlib.repr(label)})", _NUMBER)


def _of_array(label: np.ndarray, places: Mapping[str, int]) -> int | Unusable:
    if label.size == 1:
        if label.dtype.kind in "Mm":
            return _of_date(label.reshape(()), places)
        value = label.item()
        return _of_row(label, places) if isinstance(value, np.generic) else read_label(value, places)
    return _of_row(label, places)


def _of_tensor(label: torch.Tensor, places: Mapping[str, int]) -> int | Unusable:
    if label.numel() == 1:
        return read_label(label.item(), places)
    return _of_row(label.detach().cpu().float().numpy(), places)


def _of_row(label: object, _: Mapping[str, int]) -> Unusable:
    try:
        row = np.asarray(label)
    except ValueError:  # lists of different lengths
        return Unusable(f"a {type(label).__name__} of several values", "choose the one that is the class")
    if row.ndim == 1 and row.dtype.kind in "biuf" and np.isin(row, (0, 1)).all() and row.sum() == 1:
        return Unusable(f"a one-hot row of {len(row)} numbers", "give the place of its 1: labels.argmax(axis=1)")
    return Unusable(
        f"an array of the shape {row.shape}",
        "give the class alone; several labels or numbers a sample are not examined",
    )


def _of_text(label: str, places: Mapping[str, int]) -> int | Unusable:
    if label in places:
        return places[label]
    text = label.strip()
    if text.lower() in _MISSING_WORDS:
        return Unusable(f"missing ({label!r})" if text else "blank", _LEAVE_OUT)
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal():
        return _of_whole(int(text), places)
    if places:
        return Unusable(f"{reprlib.repr(label)}, none of the classes {_some(list(places))}", "add it to class_names")
    return Unusable(
        f"{reprlib.repr(label)}, a text", "give class_names=[...] in the order of the model's outputs, or number them"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")


def _of_whole(label: numbers.Integral | int, _: Mapping[str, int]) -> int | Unusable:
    number = int(label)
    if number < 0:
        return Unusable(
            f"{number}, a negative number, as where labels are missing or held back",
            f"{_LEAVE_OUT}; {_NUMBER}",
        )
    if number > np.iinfo(np.int64).max:
        return Unusable(f"{number}, as no class is", "is it an id? Give the column or the array of the classes")
    return number


def _of_real(label: numbers.Real, places: Mapping[str, int]) -> int | Unusable:
    number = float(label)
    if math.isnan(number):
        return Unusable("missing (nan)", _LEAVE_OUT)
    if math.isinf(number):
        return Unusable(f"infinite ({number})", _LEAVE_OUT)
    if not number.is_integer():
        return Unusable(f"{number:g}, no whole number", f"{_NUMBER}; probabilities and measurements are no classes")
    return _of_whole(int(label), places)


def _of_date(label: object, _: Mapping[str, int]) -> Unusable:
    if str(label) == "NaT":
        return Unusable("missing (NaT)", _LEAVE_OUT)
    return Unusable(f"a date or a time ({label})", "give the column or the array of the classes")


def _of_mapping(label: Mapping[str, object], _: Mapping[str, int]) -> Unusable:
    return Unusable(f"a dictionary of {_some([str(key) for key in label])}", "give the one entry that is the class")


def _of_picture(label: Image.Image, _: Mapping[str, int]) -> Unusable:
    return Unusable(f"a picture of {label.size}", "labels of pixels and boxes are not examined")


# In this order: a bool is an int, an int a real number.
_READERS: tuple[tuple[type | tuple[type, ...], Callable[..., int | Unusable]], ...] = (
    (torch.Tensor, _of_tensor),
    ((np.datetime64, np.timedelta64, datetime.date, datetime.timedelta), _of_date),
    (np.ndarray, _of_array),
    ((numbers.Integral, np.bool_), _of_whole),
    ((numbers.Real, decimal.Decimal), _of_real),
    (str, _of_text),
    (bytes, lambda label, places: _of_text(label.decode("utf-8", "replace"), places)),
    (Mapping, _of_mapping),
    (Image.Image, _of_picture),
    ((list, tuple), _of_row),
)


def indices_of_array(labels: np.ndarray, class_names: Sequence[str] | None) -> ClassIndices:
    """As `class_indices`, of an array at once; a column (sample, 1) is taken as a row.

    Raises:
        DataError: a label is no class index, or they are floating point numbers.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 1 and labels.dtype.kind in "biu" and _are_indices(labels):
        return labels.astype(np.int64)
    if labels.ndim != 1:
        row = read_label(labels[0], {}) if labels.ndim and len(labels) else None
        found = f", each {row.found}: {row.advice}" if isinstance(row, Unusable) else ""
        raise DataError(
            f"the labels have the shape {labels.shape} and the type {labels.dtype}; expected one class index a "
            f"sample{found}"
        )
    indices = class_indices(labels.tolist() if labels.dtype.kind not in "Mm" else list(labels), class_names)
    if labels.dtype.kind == "f":
        raise DataError(
            f"the labels have the shape {labels.shape} and the type {labels.dtype}; expected one class index a "
            "sample: labels.astype(int), if that is what they are"
        )
    return indices


def _are_indices(labels: np.ndarray) -> bool:
    return not labels.size or (int(labels.min()) >= 0 and int(labels.max()) <= np.iinfo(np.int64).max)


def _refuse_mixture(labels: Sequence[object], read: Sequence[int | Unusable]) -> None:
    """Raises DataError where some labels are True or False and others are numbers beyond 0 and 1."""
    truths = [number for number, label in enumerate(labels) if isinstance(label, bool | np.bool_)]
    if truths and max(int(value) for value in read if not isinstance(value, Unusable)) > 1:
        raise DataError(
            f"the {named_samples(truths, len(labels))} {labels[truths[0]]}, and others are numbers up to "
            f"{max(int(value) for value in read if not isinstance(value, Unusable))}; expected one class index a "
            "sample, from 0: give all as numbers"
        )
