"""Checks and conversions of single inputs and labels, whatever data set they are from."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int, Shaped
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.datasets.sample_ids import numbered_ids

# Pillow would cut their pixels off at 255 without a word (findings/pillow_wide_pixels_turn_white.sh).
_WIDE_MODES = ("F", "I", "I;16", "I;16B", "I;16L", "I;16N")


def as_array(value: object) -> np.ndarray:
    """``value``, a tensor or what NumPy takes, as an array of numbers.

    Raises:
        DataError: it is none.
    """
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype == object or array.dtype.kind in "US":
        raise DataError(
            f"an input or a label is a {type(value).__name__} that is no array of numbers; expected tensors, arrays or "
            "Pillow images, and class indices as labels"
        )
    return array


def as_input(value: object) -> Shaped[np.ndarray, "..."]:
    """One input: an image as channel, height, width; anything else as it is.

    Raises:
        DataError: it is no array of numbers.
    """
    if isinstance(value, Image.Image):
        if value.mode in _WIDE_MODES:
            raise DataError(
                f"a picture has Pillow's mode {value.mode!r}, expected 8 bits a channel: give arrays or tensors of its "
                "pixels, scaled as the model was trained on them"
            )
        pixels = np.asarray(value if value.mode in ("L", "RGB") else value.convert("RGB"))
        return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))
    return as_array(value)


def kept_type(array: np.ndarray) -> np.dtype:
    """How an input is kept: images as uint8, rows of integers as token ids, anything else as float32."""
    if array.dtype == np.uint8 and array.ndim == 3:
        return np.dtype(np.uint8)
    return np.dtype(np.int32 if array.ndim == 1 and np.issubdtype(array.dtype, np.integer) else np.float32)


def as_class_index(label: object, index: int) -> int:
    """The label of sample ``index`` as a number.

    Raises:
        DataError: it is none.
    """
    try:
        return int(label)  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise DataError(f"the label of sample {index} is {label!r}; expected a class index from 0") from error


def text_class_names(class_names: Sequence[str] | None, labels: Int[np.ndarray, "sample"]) -> tuple[str, ...]:
    """``class_names`` as text; where there are none, the numbers of the classes."""
    if class_names is not None:
        return tuple(str(name) for name in class_names)
    return tuple(str(number) for number in range(int(labels.max(initial=0)) + 1))


def place_ids(count: int) -> Shaped[np.ndarray, "sample"]:
    """An id for each of ``count`` samples: its place."""
    return numbered_ids("sample", np.arange(count), count)
