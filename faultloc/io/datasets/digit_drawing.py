"""A digit drawn from a font."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from faultloc.faults.inputs.other_font import HELD_OUT

SIDE = 32
# Pillow's own font, and some that matplotlib brings; the numbers of a picture's `font`.
FONTS = ("Aileron", "DejaVuSans", "DejaVuSerif")
_DIGIT_HEIGHT = 20
# Drawn so many times larger, then made smaller: sharp at any scale and place.
_OVERSAMPLING = 4
# The font that is held out is that of a display of seven segments, for which no file is needed: top, upper left, upper
# right, middle, lower left, lower right, bottom, and the digits' segments.
_SEGMENTS = ((0, 0, 1, 0), (0, 0, 0, 1), (1, 0, 1, 1), (0, 1, 1, 1), (0, 1, 0, 2), (1, 1, 1, 2), (0, 2, 1, 2))
_LIT = ("012456", "25", "02346", "02356", "1235", "01356", "013456", "025", "0123456", "012356")


def draw_digit(digit: int, values: Mapping[str, float]) -> UInt8[np.ndarray, "1 32 32"]:
    """``digit``, white on black, in the font ``values["font"]``, upright.

    Its height is 20 pixels times ``scale``, and its middle is ``dx`` pixels right of that of the picture and ``dy``
    below.
    """
    glyph = _glyph(digit, int(values["font"]))
    # Where in the glyph, whose middle is the middle of its square, each corner of the picture lies.
    half, reach = glyph.width / 2, SIDE * _OVERSAMPLING / values["scale"] / 2
    across = half - values["dx"] * _OVERSAMPLING / values["scale"]
    down = half - values["dy"] * _OVERSAMPLING / values["scale"]
    box = (across - reach, down - reach, across + reach, down + reach)
    large = glyph.transform(
        (2 * SIDE, 2 * SIDE), Image.Transform.EXTENT, box, resample=Image.Resampling.BILINEAR, fillcolor=0
    )
    return np.asarray(large.reduce(2))[None]


@cache
def _glyph(digit: int, font: int) -> Image.Image:
    """The digit alone in the middle of a black square of 160 pixels, 80 pixels high, which is 20 at a scale of 1."""
    height = _DIGIT_HEIGHT * _OVERSAMPLING
    square = Image.new("L", (2 * height, 2 * height), 0)
    if font == int(HELD_OUT):
        _light_segments(ImageDraw.Draw(square), digit, height)
        return square
    size = 100 * height / _box_height(_load_font(FONTS[font], 100))
    drawn = _load_font(FONTS[font], size)
    left, top, right, bottom = drawn.getbbox(str(digit))
    place = (height - (left + right) / 2, height - (top + bottom) / 2)
    ImageDraw.Draw(square).text(place, str(digit), font=drawn, fill=255)
    return square


def _light_segments(draw: ImageDraw.ImageDraw, digit: int, height: int) -> None:
    """Bars with gaps between, in the middle of a square twice as high as the digit."""
    thickness = height / 10
    width, length = height / 2 - thickness, (height - thickness) / 2
    gap, left, top = thickness / 2 + 1, height - width / 2, height - length
    for segment in map(int, _LIT[digit]):
        x0, y0, x1, y1 = _SEGMENTS[segment]
        along_x, along_y = (gap, 0) if y0 == y1 else (0, gap)
        start = (left + x0 * width + along_x, top + y0 * length + along_y)
        end = (left + x1 * width - along_x, top + y1 * length - along_y)
        draw.line((start, end), fill=255, width=round(thickness))


def _load_font(name: str, size: float | int) -> ImageFont.FreeTypeFont:
    if name == "Aileron":
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf" / f"{name}.ttf", size)


def _box_height(font: ImageFont.FreeTypeFont) -> float | int:
    _, top, _, bottom = font.getbbox("0")  # the zero's height is that of all digits
    return bottom - top
