"""One image file, opened and its pixels read, and what is worth knowing of it beside them."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from faultloc.errors import DataError
from faultloc.io.datasets.file_content import describe_content

# Pillow's modes of more than 8 bits a channel: its conversions would cut them off at 255 without a word.
WIDE_MODES = {"F", "I", "I;16", "I;16B", "I;16L", "I;16N"}
GREY_MODES = {"1", "L", "LA", "La"}

# What Pillow's decoders raise on damaged files.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError, OverflowError)
# Where a file keeps what may ask for it to be turned; most have none of them, and reading them takes time.
_PLACES_OF_ORIENTATION = frozenset({"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"})
_AS_STORED = 1
_ORIENTATIONS = range(2, 9)


class UnreadableImageError(DataError):
    """An image file is damaged, or is no image; ``reason`` says so without its path."""

    def __init__(self, path: Path, reason: str, advice: str) -> None:
        super().__init__(f"the image {path} {reason}: {advice}")
        self.reason = reason


@dataclass(frozen=True)
class Opened:
    """The ``image``, of which ``has_more_frames`` says that it is the first of several (an animation, pages)."""

    image: Image.Image
    has_more_frames: bool

    @property
    def is_to_be_turned(self) -> bool:
        """Whether the file asks, by EXIF or XMP, for its pixels to be turned or mirrored before they are shown."""
        return orientation_of(self.image) != _AS_STORED


@contextmanager
def opened_image(path: Path) -> Iterator[Opened]:
    """The image at ``path``, its pixels read: one frame, as it is stored.

    Raises:
        UnreadableImageError: it is damaged, no image, or far too large.
    """
    opened = _opened(path)
    try:
        yield opened
    except (OSError, ValueError) as error:  # of what is done with its pixels, such as a conversion that there is not
        raise UnreadableImageError(path, f"cannot be read ({error})", "repair or remove it") from error


def _opened(path: Path) -> Opened:
    try:
        with Image.open(path) as image:
            limit = Image.MAX_IMAGE_PIXELS
            if limit is not None and image.width * image.height > limit:
                raise Image.DecompressionBombError(f"{image.width}x{image.height} pixels, more than {limit}")
            has_more_frames = _has_more_frames(image)
            image.load()
            return Opened(image, has_more_frames)
    except Image.DecompressionBombError as error:
        raise UnreadableImageError(path, f"is too large to be meant so ({error})", "remove or shrink it") from error
    except UnidentifiedImageError as error:
        raise UnreadableImageError(
            path, f"cannot be read (it holds {describe_content(path)})", "repair, convert or remove it"
        ) from error
    except _DAMAGED as error:
        raise UnreadableImageError(path, f"cannot be read ({error})", "repair or remove it") from error


def orientation_of(image: Image.Image) -> int:
    """How the file asks for its pixels to be turned, 1 (as they are stored) to 8, as EXIF numbers it."""
    if _PLACES_OF_ORIENTATION.isdisjoint(image.info):
        return _AS_STORED
    try:
        asked = image.getexif().get(ExifTags.Base.Orientation)
    except _DAMAGED:  # the pixels are sound
        return _AS_STORED
    return asked if isinstance(asked, int) and asked in _ORIENTATIONS else _AS_STORED


def _has_more_frames(image: Image.Image) -> bool:
    if image.format == "MPO":  # a photograph with a smaller copy or a depth map of itself
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except _DAMAGED:
        return False
