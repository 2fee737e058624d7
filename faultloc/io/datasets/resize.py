"""Images of another size and another number of channels."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image


def to_array(
    image: Image.Image, *, channels: int, size: tuple[int, int] | None = None
) -> UInt8[np.ndarray, "channel height width"]:
    """The pixels of ``image`` with 1 (grey) or 3 (RGB) channels, resized to ``size`` (width, height) with bicubic.

    The whole image is resized, its proportions are not kept. An alpha channel is dropped.
    """
    converted = image.convert("L" if channels == 1 else "RGB")
    if size is not None and converted.size != size:
        converted = converted.resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(converted)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


def to_image(pixels: UInt8[np.ndarray, "channel height width"]) -> Image.Image:
    """A Pillow image of ``pixels`` with 1 or 3 channels."""
    return Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
