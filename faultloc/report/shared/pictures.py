"""Inputs as pictures that a person can see."""

import io

import numpy as np
from jaxtyping import Float, Shaped
from PIL import Image, ImageDraw

from faultloc.subject.dataset import InputKind

EDGE = 168  # pixels of the longer edge; six times the edge of a digit of 28


def draw_picture(sample: Shaped[np.ndarray, "..."], kind: InputKind, edge: int = EDGE) -> Image.Image | None:
    """The sample as a picture whose longer side has at most ``edge`` pixels, or None where it is not one.

    A picture has the shape (channel, height, width) with one channel (grey) or three (red, green, blue). Real numbers
    are stretched from their smallest to their largest. Small pictures grow by a whole factor without smoothing, so
    that a pixel stays a square.
    """
    if kind == "tokens" or sample.ndim != 3 or sample.shape[0] not in (1, 3) or not np.isfinite(sample).all():
        return None
    pixels = np.asarray(sample) if kind == "image" else _stretched(sample)
    picture = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    longer = max(picture.size)
    if longer > edge:
        picture.thumbnail((edge, edge), Image.Resampling.BOX)
        return picture
    factor = max(1, edge // longer)
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def mark_points(
    picture: Image.Image, width: int, points: Float[np.ndarray, "_"], colour: str, *, as_ring: bool
) -> Image.Image:
    """``picture`` in colour, with a ring or a cross at each of ``points``, the x of all before their y.

    They are counted in pixels of the input, which is ``width`` wide.
    """
    marked = picture.convert("RGB")
    draw, factor, radius = ImageDraw.Draw(marked), picture.width / width, picture.width / 40
    for x, y in (factor * points).reshape(2, -1).T.tolist():
        if as_ring:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=2)
        else:
            draw.line((x - radius, y - radius, x + radius, y + radius), fill=colour, width=2)
            draw.line((x - radius, y + radius, x + radius, y - radius), fill=colour, width=2)
    return marked


def describe_input(sample: Shaped[np.ndarray, "..."]) -> str:
    """A line instead of a picture: how many numbers, and their range."""
    shape = " × ".join(str(length) for length in sample.shape)
    return f"{shape} numbers from {np.min(sample):.3g} to {np.max(sample):.3g}: not a picture"


def png_bytes(picture: Image.Image) -> bytes:
    """The picture as a PNG file without any metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def _stretched(sample: Shaped[np.ndarray, "..."]) -> np.ndarray:
    lowest, highest = float(sample.min()), float(sample.max())
    span = highest - lowest or 1.0  # a constant picture is black
    return np.rint((sample.astype(np.float64) - lowest) * (255 / span)).astype(np.uint8)
