"""An image file as a browser can show it safely: bytes of a known format, of bounded size."""

import struct
import threading
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from faultloc.errors import DataError
from faultloc.report.shared.pictures import png_bytes

# What every browser shows, by the content of the file and not by its name; anything else becomes a PNG. SVG is none of
# them: it is a program.
_SHOWN_AS_THEY_ARE = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif",
                      "WEBP": "image/webp"}  # fmt: skip
_MOST_BYTES = 16 * 2**20
# A browser needs four bytes a pixel; a larger picture is shown smaller.
_MOST_PIXELS = 40_000_000
_SMALLER_EDGE = 4096
# Beyond this it is not decoded at all: half a gigabyte a picture.
_TOO_MANY_PIXELS = 170_000_000
# Grey values of more than eight bits, which a browser would show nearly black or white.
_DEEP = ("I", "F")
_DEPTH_WORDS = "its grey values, of more than 8 bits, stretched from the smallest to the largest"
# Source: EXIF 2.32, tag 0x0112, Orientation.
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = [_TURNS[orientation] for orientation in (5, 6, 7, 8)]
_MANY_PIXELS = 16_000_000
# Decoding takes memory: one large picture at a time.
_decoding = threading.Lock()


@dataclass(frozen=True)
class ImageFacts:
    """What is said under a picture: pixels as it is seen (turned as its EXIF asks), format, bytes, and a ``note``."""

    width: int
    height: int
    format: str
    size: int
    note: str


@dataclass(frozen=True)
class Shown:
    """Bytes for the browser and what they are."""

    content: bytes
    mimetype: str


def read_facts(path: Path) -> ImageFacts:
    """What the head of the image file at ``path`` says; nothing is decoded.

    Raises:
        DataError: it is no image that can be read, or too large a one.
    """
    with _opened(path) as image:
        width, height = image.size
        notes = []
        turn = _turn(image)
        if turn in _SIDEWAYS:
            width, height = height, width
        if turn is not None:
            notes.append("turned as its EXIF data ask")
        if _is_deep(image):
            notes.append(_DEPTH_WORDS)
        size = path.stat().st_size
        if _is_large(image, size) and not _is_deep(image):
            notes.append(f"shown at {_SMALLER_EDGE:,} pixels at most")
        return ImageFacts(width, height, image.format or "", size, "; ".join(notes))


def show_file(path: Path) -> Shown:
    """The image file at ``path`` as it is where browsers know its format, else as a PNG.

    Raises:
        DataError: it is no image that can be read, or too large a one.
    """
    with _opened(path) as image:
        mimetype = _SHOWN_AS_THEY_ARE.get(image.format or "")
        if mimetype and not _is_deep(image) and not _is_large(image, path.stat().st_size):
            return Shown(path.read_bytes(), mimetype)
        with _decoding:
            return Shown(png_bytes(_drawn(image, _SMALLER_EDGE, path)), "image/png")


def draw_thumbnail(path: Path, edge: int) -> Image.Image:
    """The image file at ``path`` with a longer side of ``edge`` pixels at most; small ones grow by a whole factor.

    Raises:
        DataError: it is no image that can be read, or too large a one.
    """
    with _opened(path) as image:
        # A photograph is decoded at an eighth of its size where that is enough.
        image.draft(image.mode, (edge, edge))
        with _decoding if image.width * image.height > _MANY_PIXELS else nullcontext():
            picture = _drawn(image, edge, path)
    factor = edge // max(picture.size)
    if factor < 2:
        return picture
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def _drawn(image: Image.Image, edge: int, path: Path) -> Image.Image:
    try:
        turn = _turn(image)
        picture = _eight_bit(image) if _is_deep(image) else image
        if picture.mode in ("P", "PA", "LA"):
            picture = picture.convert("RGBA")
        elif picture.mode not in ("1", "L", "RGB", "RGBA"):
            picture = picture.convert("RGB")
        picture = picture.copy() if picture is image else picture
        if max(picture.size) > edge:
            picture.thumbnail((edge, edge), Image.Resampling.BILINEAR, reducing_gap=2.0)
        return picture if turn is None else picture.transpose(turn)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise DataError(f"{path} cannot be decoded ({error}); expected an image") from error


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float64)
    finite = values[np.isfinite(values)]
    lowest, highest = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    stretched = (np.nan_to_num(values, nan=lowest, posinf=highest, neginf=lowest) - lowest) * (
        255 / ((highest - lowest) or 1.0)
    )
    return Image.fromarray(np.rint(stretched).astype(np.uint8))


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes the picture stand upright, as EXIF's orientation says; None where it stands so."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except (OSError, ValueError, SyntaxError, struct.error):
        return None  # damaged EXIF data, which browsers leave alone too


def _is_deep(image: Image.Image) -> bool:
    return image.mode in _DEEP or image.mode.startswith("I;16")


def _is_large(image: Image.Image, size: int) -> bool:
    return size > _MOST_BYTES or image.width * image.height > _MOST_PIXELS


def _opened(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, which is looked at below
            image = Image.open(path)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read as an image ({error}); expected one") from error
    if image.width * image.height > _TOO_MANY_PIXELS:
        image.close()
        raise DataError(f"{path} has {image.width:,} × {image.height:,} pixels, too many to be shown; expected fewer")
    return image
