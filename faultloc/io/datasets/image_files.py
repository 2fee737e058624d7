"""Many image files decoded into one array, on all cores, with hardly more memory than that array."""

import os
import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.datasets.resize import to_array

_GREY_MODES = {"1", "L", "LA", "La"}
# Wider pixels (I, I;16, F) would be cut off at 255 without a word.
_COLOUR_MODES = {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV"}
_FILES_PER_TASK = 64
_WHAT_TO_DO_ABOUT_SIZES = (
    "images of one data set must be of one size: set dataset.image_size=[width,height], or --img_size, to resize"
)
_WHAT_TO_DO_ABOUT_CHANNELS = (
    "set dataset.channels=1, or --img_size '(width,height,1)', to make all of them grey, and 3 for RGB"
)


def _in_memory(shape: tuple[int, ...]) -> UInt8[np.ndarray, "sample channel height width"]:
    return np.empty(shape, dtype=np.uint8)


class UnreadableImageError(DataError):
    """An image file is damaged, or is no image."""


def _raise(index: int, error: UnreadableImageError) -> None:
    raise error


def decode_images(
    paths: Sequence[Path],
    *,
    size: tuple[int, int] | None,
    channels: int | None,
    allocate: Callable[[tuple[int, ...]], UInt8[np.ndarray, "sample channel height width"]] = _in_memory,
    on_unreadable: Callable[[int, UnreadableImageError], object] = _raise,
    on_decoded: Callable[[int], object] = lambda images: None,
) -> UInt8[np.ndarray, "sample channel height width"]:
    """The pixels of the image at each of ``paths``: one frame, as it is stored, without alpha.

    ``size`` (width, height) and ``channels`` (1 or 3) convert; where they are None, all images must be like the first.
    ``allocate`` makes the array, in memory or on disk. ``on_unreadable`` is told the index of a damaged file, whose row
    is then of no meaning; by default it raises. ``on_decoded`` is told how many more files are done.

    Raises:
        DataError: no image can be read, one is unreadable, truncated or far too large, or two differ in size or
            channels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on metadata and size; what matters is raised below
        first, natural, natural_size = _first_readable(paths, on_unreadable)
        (width, height), depth = size or natural_size, channels or natural
        inputs = allocate((len(paths), depth, height, width))

        def decode_task(start: int) -> None:
            indices = range(start, min(start + _FILES_PER_TASK, len(paths)))
            for index in indices:
                try:
                    decode_one(index)
                except UnreadableImageError as error:
                    if index >= first:  # those before it have been reported
                        on_unreadable(index, error)
            on_decoded(len(indices))

        def decode_one(index: int) -> None:
            with opened_image(paths[index]) as image:
                if size is None:
                    _require_size(image, paths[index], (width, height), paths[first])
                found = _natural_channels(image, paths[index])
                if channels is None:
                    _require_channels(found, image, paths[index], depth, paths[first])
                inputs[index] = to_array(image, channels=depth, size=(width, height))

        # Threads, since Pillow decodes and resizes without holding the interpreter's lock.
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for _ in executor.map(decode_task, range(0, len(paths), _FILES_PER_TASK)):
                pass
    return inputs


def _first_readable(
    paths: Sequence[Path], on_unreadable: Callable[[int, UnreadableImageError], object]
) -> tuple[int, int, tuple[int, int]]:
    """The index, the channels and the size of the first image that can be read."""
    for index, path in enumerate(paths):
        try:
            with opened_image(path) as image:
                return index, _natural_channels(image, path), image.size
        except UnreadableImageError as error:
            on_unreadable(index, error)
            last = error
    raise last


@contextmanager
def opened_image(path: Path) -> Iterator[Image.Image]:
    """The image at ``path``, its pixels read.

    Raises:
        UnreadableImageError: it is damaged, no image, or far too large.
    """
    try:
        with Image.open(path) as image:
            limit = Image.MAX_IMAGE_PIXELS
            if limit is not None and image.width * image.height > limit:
                raise Image.DecompressionBombError(f"{image.width}x{image.height} pixels, more than {limit}")
            image.load()
            yield image
    except Image.DecompressionBombError as error:
        raise UnreadableImageError(
            f"the image {path} is too large to be meant so ({error}): remove or shrink it"
        ) from error
    # Pillow's decoders raise all of these on damaged files.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UnreadableImageError(f"the image {path} cannot be read ({error}): repair or remove it") from error


def _natural_channels(image: Image.Image, path: Path) -> int:
    if image.mode in _GREY_MODES:
        return 1
    if image.mode in _COLOUR_MODES:
        return 3
    raise DataError(
        f"the image {path} has Pillow's mode {image.mode!r}, expected 8 bits a channel: convert it, or store the "
        "images as floating point in an .npz file (dataset=npz)"
    )


def _require_size(image: Image.Image, path: Path, expected: tuple[int, int], first: Path) -> None:
    if image.size != expected:
        raise DataError(
            f"{first} is {expected[0]}x{expected[1]} and {path} is {image.width}x{image.height}: "
            f"{_WHAT_TO_DO_ABOUT_SIZES}"
        )


def _require_channels(found: int, image: Image.Image, path: Path, expected: int, first: Path) -> None:
    if found != expected:
        raise DataError(
            f"{first} ({image.width}x{image.height}) has {expected} channels and {path} "
            f"({image.width}x{image.height}) has {found}: {_WHAT_TO_DO_ABOUT_CHANNELS}"
        )
