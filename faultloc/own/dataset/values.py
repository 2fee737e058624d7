"""Conversions of single inputs, whatever data set they are from."""

import numpy as np
import torch
from jaxtyping import Shaped
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.io.datasets.sample_ids import numbered_ids

# Pillow would cut their pixels off at 255 without a word (findings/pillow_wide_pixels_turn_white.sh).
_WIDE_MODES = ("F", "I", "I;16", "I;16B", "I;16L", "I;16N")
_NO_ARRAY = "expected tensors, arrays or Pillow images, and class indices as labels"


def as_whole_array(value: object) -> np.ndarray | None:
    """``value``, a tensor or what NumPy takes, as an array of any type; None where its rows are not of one shape."""
    if isinstance(value, torch.Tensor):
        whole = value.detach().cpu()
        try:
            return whole.float().numpy() if whole.dtype == torch.bfloat16 else whole.resolve_conj().numpy()
        except (TypeError, RuntimeError) as error:
            raise DataError(
                f"an input or a label is a tensor of {value.dtype}, {value.layout}, that NumPy cannot hold; {_NO_ARRAY}"
            ) from error
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise DataError(
            "an input is a masked array, in which values are missing; expected all: fill them in (filled())"
        )
    try:
        return np.asarray(value)
    except (ValueError, TypeError, RuntimeError):
        return None


def as_array(value: object) -> np.ndarray:
    """``value``, a tensor or what NumPy takes, as an array of numbers.

    Raises:
        DataError: it is none.
    """
    array = as_whole_array(value)
    if array is None:
        raise DataError(
            f"an input or a label is a {type(value).__name__} of parts of different shapes, so that it is no array of "
            f"numbers; {_NO_ARRAY}"
        )
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"an input or a label is a {type(value).__name__} that is no array of numbers (NumPy's {array.dtype}); "
            f"{_NO_ARRAY}"
        )
    return array


def as_input(value: object) -> Shaped[np.ndarray, "..."]:
    """One input: an image as channel, height, width, as arrays of images are read; anything else as it is.

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
    array = as_array(value)
    if array.ndim == 0:
        raise DataError(f"an input is the single number {array}; expected an image, a row of numbers or of token ids")
    if array.dtype == np.uint8 and (array.ndim == 2 or (array.ndim == 3 and {array.shape[0], array.shape[2]} & {1, 3})):
        return standard_inputs(array[None], "the inputs")[0]
    if kept_type(array) == np.int32 and array.dtype != np.uint8:
        return standard_inputs(array[None], "the token ids")[0]
    return array


def kept_type(array: np.ndarray) -> np.dtype:
    """How an input is kept: images as uint8, rows of integers as token ids, anything else as float32."""
    if array.dtype == np.uint8 and array.ndim == 3:
        return np.dtype(np.uint8)
    return np.dtype(np.int32 if array.ndim == 1 and np.issubdtype(array.dtype, np.integer) else np.float32)


def place_ids(count: int) -> Shaped[np.ndarray, "sample"]:
    """An id for each of ``count`` samples: its place."""
    return numbered_ids("sample", np.arange(count), count)
