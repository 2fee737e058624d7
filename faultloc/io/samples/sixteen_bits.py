"""Whether a transform reads pixels of more than 8 bits as they are meant."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from faultloc.errors import DataError

_WHITE, _HALF = 65535, 32767
# Of the way from black to the middle, how near to black white may come before it is taken for it.
_NEAR = 0.01


def check_sixteen_bits(apply: Callable[[Image.Image], np.ndarray], image: Image.Image) -> None:
    """Nothing, where ``apply`` makes another thing of a white image of the size of ``image`` than of a black one.

    torchvision's ToTensor reads such pixels as numbers with a sign: 65535 becomes -1, and is as good as black.

    Raises:
        DataError: white is taken for black.
    """
    black, half, white = (
        float(np.mean(apply(Image.fromarray(np.full((image.height, image.width), value, np.uint16))), dtype=np.float64))
        for value in (0, _HALF, _WHITE)
    )
    if np.isfinite((black, half, white)).all() and abs(white - black) < _NEAR * abs(half - black):
        raise DataError(
            "the transform takes white pixels of 16 bits for black ones, as torchvision's ToTensor does, which reads "
            "those above 32,767 as negative; expected them in their order: let it begin with numpy.asarray(image, "
            "dtype='float32') / 65535, or with torchvision.transforms.v2.ToImage and ToDtype(torch.float32, scale=True)"
        )


def cuts_off(apply: Callable[[Image.Image], np.ndarray], image: Image.Image, value: np.ndarray) -> bool:
    """Whether ``apply``, which makes ``value`` of ``image``, would make the same of it if its pixels were cut off to
    whole numbers from 0 to 255, which they are not."""
    pixels = np.asarray(image)
    cut = np.floor(np.clip(pixels, 0, 255)).astype(pixels.dtype)
    if np.array_equal(cut, pixels):
        return False
    try:
        return np.array_equal(apply(Image.fromarray(cut)), value)
    except DataError:
        return False
