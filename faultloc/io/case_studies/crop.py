"""The middle of an image, as torchvision's `CenterCrop(256)` takes it."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image

_SIDE = 256


def centre(image: Image.Image) -> UInt8[np.ndarray, "channel height width"]:
    """The middle 256x256 pixels in red, green and blue; a smaller image is padded with black around it."""
    canvas = Image.new("RGB", (_SIDE, _SIDE))
    # As torchvision rounds: to the even number where it is half a pixel.
    left, top = (round((side - _SIDE) / 2.0) for side in image.size)
    canvas.paste(image.convert("RGB"), (-left, -top))
    return np.ascontiguousarray(np.asarray(canvas).transpose(2, 0, 1))
