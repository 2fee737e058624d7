"""One label, in whatever form people have it, read as a class index, or what is wrong with it."""

import datetime
import decimal
import math
import numbers
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image

# How tables write that a value is missing.
_MISSING_WORDS = ("", "nan", "none", "null", "<na>", "nat", "n/a")
_LEAVE_OUT = "give it a label, or leave out the samples that have none"
_NUMBER = "number the classes from 0, in the order of the model's outputs"
_NAMES_SHOWN = 10
# What is to be done where labels are no classes at all.
GIVE_CLASSES = "give the column or the array of the classes"


@dataclass(frozen=True)
class Unusable:
    """A label that is no class index: what was ``found``, and what to do about it. Those of a ``kind`` are alike."""

    kind: str
    found: str = field(compare=False)
    advice: str = field(compare=False)


# A class index, or what is wrong with the label.
Reading = int | Unusable


def read_label(label: object, places: Mapping[str, Reading]) -> Reading:
    """The class index that ``label`` is, or what is wrong with it; ``places`` has what each name of a class means."""
    for kind, read in _READERS:
        if isinstance(label, kind):
            return read(label, places)
    if label is None or type(label).__name__ in ("NAType", "NaTType"):
        return Unusable("missing", f"missing ({label})", _LEAVE_OUT)
    if hasattr(label, "__array__"):  # of JAX, TensorFlow, Polars
        return _of_array(np.asarray(label), places)
    return Unusable("other", f"a {type(label).__name__} ({reprlib.repr(label)})", _NUMBER)


def _of_array(label: np.ndarray, places: Mapping[str, Reading]) -> Reading:
    if label.size != 1:
        return _of_row(label, places)
    if label.dtype.kind in "Mm":
        return _of_date(label.reshape(()), places)
    value = label.item()
    return _of_row(label, places) if isinstance(value, np.generic) else read_label(value, places)


def _of_tensor(label: torch.Tensor, places: Mapping[str, Reading]) -> Reading:
    if label.numel() == 1:
        return read_label(label.item(), places)
    return _of_row(label.detach().cpu().float().numpy(), places)


def _of_row(label: object, places: Mapping[str, Reading]) -> Reading:
    if isinstance(label, list | tuple) and len(label) == 1:
        return read_label(label[0], places)
    try:
        row = np.asarray(label)
    except ValueError:  # lists of different lengths
        return Unusable("several", f"a {type(label).__name__} of several values", "give the class alone")
    if row.ndim == 1 and row.dtype.kind in "biuf" and np.isin(row, (0, 1)).all() and row.sum() == 1:
        return Unusable("one-hot", f"a one-hot row of {len(row)} numbers", "give the place of its 1, as argmax does")
    return Unusable(
        "several",
        f"a {type(label).__name__} of the shape {row.shape}",
        "give the class alone; several labels a sample, and probabilities, are not examined",
    )


def _of_text(label: str, places: Mapping[str, Reading]) -> Reading:
    if label in places:
        return places[label]
    text = label.strip()
    if text.lower() in _MISSING_WORDS:
        return Unusable("missing", f"missing ({label!r})" if text else "blank", _LEAVE_OUT)
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdecimal():
        return _of_whole(int(text[:400]), places)  # Python reads no longer ones
    if places:
        known = ", ".join(list(places)[:_NAMES_SHOWN]) + (", ..." if len(places) > _NAMES_SHOWN else "")
        return Unusable("unknown", f"{reprlib.repr(label)}, none of the classes {known}", "give class_names with it")
    advice = "give class_names=[...] in the order of the model's outputs, or number them"
    return Unusable("text", f"{reprlib.repr(label)}, a text", advice)


def _of_whole(label: numbers.Integral | int, _: Mapping[str, Reading]) -> Reading:
    number = int(label)
    if number < 0:
        found = f"{number}, a negative number, as where labels are missing or held back"
        return Unusable("negative", found, f"{_LEAVE_OUT}; {_NUMBER}")
    if number > np.iinfo(np.int64).max:
        return Unusable("huge", f"{reprlib.repr(number)}, as no class is", f"if it is an id, {GIVE_CLASSES}")
    return number


def _of_real(label: numbers.Real, places: Mapping[str, Reading]) -> Reading:
    number = float(label)
    if math.isnan(number):
        return Unusable("missing", "missing (nan)", _LEAVE_OUT)
    if math.isinf(number):
        return Unusable("infinite", f"infinite ({number})", _LEAVE_OUT)
    if not number.is_integer():
        advice = f"{_NUMBER}; probabilities and measurements are no classes"
        return Unusable("fraction", f"{number:g}, no whole number", advice)
    return _of_whole(int(number), places)


def _of_date(label: object, _: Mapping[str, Reading]) -> Unusable:
    if str(label) == "NaT":
        return Unusable("missing", "missing (NaT)", _LEAVE_OUT)
    return Unusable("date", f"a date or a time ({label})", GIVE_CLASSES)


def _of_mapping(label: Mapping[str, object], _: Mapping[str, Reading]) -> Unusable:
    return Unusable("dictionary", f"a dictionary of {', '.join(map(str, label))}", "give the entry that is the class")


def _of_picture(label: Image.Image, _: Mapping[str, Reading]) -> Unusable:
    return Unusable("picture", f"a picture of {label.size}", "labels of pixels and boxes are not examined")


def _of_bytes(label: bytes, places: Mapping[str, Reading]) -> Reading:
    return _of_text(label.decode("utf-8", "replace"), places)


_Reader = Callable[..., Reading]
_Kinds = type | tuple[type, ...]
# In this order: a date is what NumPy calls an array's number, too.
_READERS: Sequence[tuple[_Kinds, _Reader]] = (
    (torch.Tensor, _of_tensor),
    ((np.datetime64, np.timedelta64, datetime.date, datetime.timedelta), _of_date),
    (np.ndarray, _of_array),
    ((numbers.Integral, np.bool_), _of_whole),
    ((numbers.Real, decimal.Decimal), _of_real),
    (str, _of_text),
    (bytes, _of_bytes),
    (Mapping, _of_mapping),
    (Image.Image, _of_picture),
    ((list, tuple), _of_row),
)
