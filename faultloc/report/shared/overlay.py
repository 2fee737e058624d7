"""A heatmap as a picture to be laid over another."""

import numpy as np
from jaxtyping import Float
from PIL import Image

# What speaks for the class that the model says is warm, what speaks against it is cold; both are Okabe and Ito's.
_FOR, _AGAINST = (213, 94, 0), (0, 114, 178)
_OPAQUE = 225


def draw_overlay(heatmap: Float[np.ndarray, "row column"], size: tuple[int, int]) -> Image.Image:
    """The ``heatmap`` with its signs as colours and its sizes as opacity, ``size`` (width, height) pixels large.

    The largest size is nearly opaque, 0 is clear.
    """
    largest = float(np.abs(heatmap).max())
    strength = np.sqrt(np.abs(heatmap) / largest) if largest > 0 else np.zeros_like(heatmap)
    pixels = np.empty((*heatmap.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.where((heatmap >= 0)[..., None], np.array(_FOR), np.array(_AGAINST))
    pixels[..., 3] = np.rint(_OPAQUE * strength)
    return Image.fromarray(pixels, "RGBA").resize(size, Image.Resampling.BICUBIC)


def lay_over(picture: Image.Image, overlay: Image.Image) -> Image.Image:
    """The ``picture`` in grey under the ``overlay``, which is of the same size."""
    under = picture.convert("L").convert("RGBA")
    return Image.alpha_composite(under, overlay).convert("RGB")
