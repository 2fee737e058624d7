"""What an array of inputs means, from its type and its shape."""

import numpy as np
from jaxtyping import Shaped

from faultloc.errors import DataError

# An embedding of this many words takes 8 GB at LSTM's size: the ids are then no token ids.
_LARGEST_TOKEN = 10_000_000


def standard_inputs(inputs: Shaped[np.ndarray, "sample ..."], what: str) -> Shaped[np.ndarray, "sample ..."]:
    """``inputs`` as the rest of the library knows them: images uint8, channel first; token ids int32; reals float32.

    uint8 with three axes is (sample, height, width); with four, channels last where the last axis is 1 or 3, else
    channels first where the second axis is. Integers with two axes are token ids (sample, step). Floating point
    numbers are kept as they are.

    Raises:
        DataError: nothing of this kind; ``what`` names the array.
    """
    found = f"{what}: found shape {inputs.shape} of {inputs.dtype}"
    if inputs.ndim < 2:
        raise DataError(f"{found}, expected one row or one image per sample: reshape it")
    if inputs.dtype == np.uint8:
        return _images(inputs, found)
    if np.issubdtype(inputs.dtype, np.floating):
        with np.errstate(over="ignore"):  # what overflows is infinite, and is named as such
            return inputs.astype(np.float32)
    if not np.issubdtype(inputs.dtype, np.integer):
        raise DataError(f"{found}, expected uint8 images, integer token ids or floating point numbers: convert it")
    if inputs.ndim > 2:
        raise DataError(f"{found}, expected images as uint8: scale them to 0..255 and use astype('uint8')")
    return _tokens(inputs, found)


def _images(inputs: Shaped[np.ndarray, "sample ..."], found: str) -> Shaped[np.ndarray, "sample channel height width"]:
    if inputs.ndim == 3:
        return inputs[:, None]
    if inputs.ndim == 4 and inputs.shape[3] in (1, 3):
        return np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
    if inputs.ndim == 4 and inputs.shape[1] in (1, 3):
        return inputs
    raise DataError(
        f"{found}, expected images (sample, height, width), or with 1 or 3 channels as last or second axis: reshape "
        "them; token ids are to be int32"
    )


def _tokens(inputs: Shaped[np.ndarray, "sample step"], found: str) -> Shaped[np.ndarray, "sample step"]:
    if inputs.size and inputs.min() < 0:
        raise DataError(f"{found} with values down to {inputs.min()}, expected token ids from 0 (padding) up: renumber")
    if inputs.size and inputs.max() >= _LARGEST_TOKEN:
        raise DataError(
            f"{found} with values up to {inputs.max()}, expected token ids below {_LARGEST_TOKEN}: renumber them, or "
            "store measurements as floating point"
        )
    return inputs.astype(np.int32)
