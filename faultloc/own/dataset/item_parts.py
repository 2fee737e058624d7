"""The input and the label of an item, as people pack them: a pair, more than two, a dictionary, a row of a table."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

import numpy as np
import torch
from PIL import Image

from faultloc.errors import DataError

INPUT_KEYS = ("image", "img", "pixel_values", "input_ids", "inputs", "input", "images", "features", "x", "data")
TEXT_KEYS = ("text", "sentence", "content")
LABEL_KEYS = ("label", "labels", "fine_label", "target", "targets", "y", "class", "class_label", "category")
Parts = tuple[object, object]  # an input and its label, or a batch of them


def input_and_label(item: object, index: int, *, is_batch: bool = False) -> Parts:
    """The input and the label of ``item``: by their usual names where it has names, whatever else it has; of a
    sequence its first input and what follows that, whatever else it has. Of a batch (``is_batch``) those of all.

    Raises:
        DataError: it has no label, or does not say which is which.
    """
    named = as_named(item)
    if named is not None:
        return _named_parts(named, index)
    if not isinstance(item, Sequence) or isinstance(item, str | bytes) or len(item) < 2:
        what = f"{type(item).__name__} of one" if isinstance(item, tuple | list) and len(item) == 1 else _kind(item)
        raise DataError(
            f"item {index} of the data set is a {what}; expected a pair (input, label), or a dictionary with "
            f"{INPUT_KEYS[0]} and {LABEL_KEYS[0]}: wrap the data set so that it gives one"
        )
    first = _first_input(item, 2 if is_batch else 1)
    if first + 1 == len(item):
        raise DataError(
            f"item {index} of the data set is ({', '.join(_kind(part) for part in item)}), the label before the input "
            "as it seems; expected (input, label): wrap the data set so that it gives them in this order"
        )
    value, label = item[first], item[first + 1]
    inner = as_named(value)
    if inner is not None:  # what a tokenizer gives: the model is called with one of them
        value = inner[found_key(inner, (*INPUT_KEYS, *TEXT_KEYS)) or _no_key(inner, index, "an input", INPUT_KEYS)]
    return value, label


def as_named(item: object) -> Mapping[str, object] | None:
    """``item`` by the names of its parts: a dictionary, a row of a table, a data class; None for anything else."""
    if isinstance(item, Mapping):
        return item
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return vars(item)
    fields = getattr(item, "_fields", None)
    if isinstance(fields, tuple) and found_key(fields, INPUT_KEYS) and found_key(fields, LABEL_KEYS):
        return dict(zip(fields, item, strict=True))  # type: ignore[call-overload]
    if hasattr(item, "keys") and hasattr(item, "__getitem__") and not isinstance(item, torch.Tensor):
        keys = item.keys() if callable(item.keys) else item.keys
        return {str(key): item[key] for key in keys}
    return None


def found_key(keys: Iterable[object], usual: Sequence[str]) -> str | None:
    """The first of the ``usual`` names that is one of ``keys``, in upper or lower case, as it is written there."""
    written = {key.lower(): key for key in keys if isinstance(key, str)}
    return next((written[name] for name in usual if name in written), None)


def _named_parts(named: Mapping[str, object], index: int) -> Parts:
    into = found_key(named, (*INPUT_KEYS, *TEXT_KEYS)) or _no_key(named, index, "an input", INPUT_KEYS)
    label = found_key(named, LABEL_KEYS) or _no_key(named, index, "a label", LABEL_KEYS)
    return named[into], named[label]


def _no_key(named: Mapping[str, object], index: int, what: str, usual: Sequence[str]) -> str:
    raise DataError(
        f"item {index} of the data set has {', '.join(str(key) for key in named) or 'nothing'}, and none that names "
        f"{what}; expected one of {', '.join(usual)}: rename it, or wrap the data set so that it gives (input, label)"
    )


def _first_input(item: Sequence[object], axes: int) -> int:
    """The place of what cannot be a label: a picture, an array of so many ``axes``, a dictionary of inputs; where there
    is none of those before the last part, of a text."""
    for place, part in enumerate(item[:-1]):
        if isinstance(part, tuple) and axes > 1:  # pictures or texts that were not put together
            return place
        if isinstance(part, Image.Image | list | Mapping) or (_is_array(part) and part.ndim >= axes):
            return place
    text = next((place for place, part in enumerate(item[:-1]) if isinstance(part, str)), None)
    if text is not None:
        return text
    last = item[-1]
    is_input = isinstance(last, str | Image.Image) or (_is_array(last) and last.ndim >= 1)
    return 1 if len(item) == 2 and not _is_array(item[0]) and is_input else 0


def _is_array(part: object) -> TypeGuard[torch.Tensor | np.ndarray]:
    return isinstance(part, torch.Tensor | np.ndarray)


def _kind(part: object) -> str:
    if isinstance(part, torch.Tensor | np.ndarray):
        return f"{type(part).__name__} of the shape {tuple(part.shape)}"
    return type(part).__name__
