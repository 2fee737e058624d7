"""Many image files decoded into one array, on all cores, with hardly more memory than that array."""

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from faultloc.errors import DataError
from faultloc.io.datasets.opened_image import GREY_MODES, WIDE_MODES, Opened, UnreadableImageError, opened_image
from faultloc.io.datasets.reading_advice import PIPELINE, ReadingAdvice
from faultloc.io.datasets.resize import to_array

_FILES_PER_TASK = 64


def _in_memory(shape: tuple[int, ...]) -> UInt8[np.ndarray, "sample channel height width"]:
    return np.empty(shape, dtype=np.uint8)


def _raise(index: int, error: UnreadableImageError) -> None:
    raise error


def decode_images(
    paths: Sequence[Path],
    *,
    size: tuple[int, int] | None,
    channels: int | None,
    allocate: Callable[[tuple[int, ...]], UInt8[np.ndarray, "sample channel height width"]] = _in_memory,
    on_unreadable: Callable[[int, UnreadableImageError], object] = _raise,
    on_opened: Callable[[int, Opened], object] = lambda index, opened: None,
    on_decoded: Callable[[int], object] = lambda images: None,
    advice: ReadingAdvice = PIPELINE,
) -> UInt8[np.ndarray, "sample channel height width"]:
    """The pixels of the image at each of ``paths``: one frame, as it is stored, without alpha.

    ``size`` (width, height) and ``channels`` (1 or 3) convert; where they are None, all images must be like the first.
    ``allocate`` makes the array, in memory or on disk. ``on_unreadable`` is told the index of a damaged file, whose row
    is then of no meaning; by default it raises. ``on_opened`` is told of each image as it was opened, by threads, in
    any order. ``on_decoded`` is told how many more files are done; ``advice`` ends the sentences of errors.

    Raises:
        DataError: no image can be read, one is unreadable, truncated or far too large, or two differ in size or
            channels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on metadata and size; what matters is raised below
        first, natural, natural_size = _first_readable(paths, on_unreadable, advice)
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
            with opened_image(paths[index]) as opened:
                image = opened.image
                if size is None:
                    _require_size(image, paths[index], (width, height), paths[first], advice)
                found = _natural_channels(image, paths[index], advice)
                if channels is None:
                    _require_channels(found, image, paths[index], depth, paths[first], advice)
                inputs[index] = to_array(image, channels=depth, size=(width, height))
                on_opened(index, opened)

        # Threads, since Pillow decodes and resizes without holding the interpreter's lock.
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            for _ in executor.map(decode_task, range(0, len(paths), _FILES_PER_TASK)):
                pass
    return inputs


def _first_readable(
    paths: Sequence[Path], on_unreadable: Callable[[int, UnreadableImageError], object], advice: ReadingAdvice
) -> tuple[int, int, tuple[int, int]]:
    """The index, the channels and the size of the first image that can be read."""
    for index, path in enumerate(paths):
        try:
            with opened_image(path) as opened:
                return index, _natural_channels(opened.image, path, advice), opened.image.size
        except UnreadableImageError as error:
            on_unreadable(index, error)
            last = error
    raise last


def _natural_channels(image: Image.Image, path: Path, advice: ReadingAdvice) -> int:
    if image.mode in WIDE_MODES:
        raise DataError(f"the image {path} has Pillow's mode {image.mode!r}, expected 8 bits a channel: {advice.wide}")
    return 1 if image.mode in GREY_MODES else 3


def _require_size(
    image: Image.Image, path: Path, expected: tuple[int, int], first: Path, advice: ReadingAdvice
) -> None:
    if image.size != expected:
        raise DataError(
            f"{first} is {expected[0]}x{expected[1]} and {path} is {image.width}x{image.height}: images of one data "
            f"set must be of one size: {advice.sizes}"
        )


def _require_channels(
    found: int, image: Image.Image, path: Path, expected: int, first: Path, advice: ReadingAdvice
) -> None:
    if found != expected:
        raise DataError(
            f"{first} ({image.width}x{image.height}) has {expected} channels and {path} "
            f"({image.width}x{image.height}) has {found}: {advice.channels}"
        )
