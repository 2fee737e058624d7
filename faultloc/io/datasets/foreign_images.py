"""Foreign inputs for images: photographs, or the images of another data set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from faultloc.faults.samples.foreign import ForeignBatch
from faultloc.io.datasets.resize import to_array, to_image

# Pixels; small enough for crops to differ, large enough to show something.
_SMALLEST_CROP, _LARGEST_CROP = 64, 256


@dataclass(frozen=True)
class PhotographCrops:
    """Square crops of ``photographs``, of any place and of 64 to 256 pixels, resized to ``shape``."""

    photographs: Sequence[UInt8[np.ndarray, "height width 3"]]
    shape: tuple[int, int, int]  # channel height width

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` crops drawn at random."""
        crops = [self._crop(rng) for _ in range(count)]
        return ForeignBatch(_resized(crops, self.shape))

    def _crop(self, rng: np.random.Generator) -> Image.Image:
        photograph = self.photographs[int(rng.integers(len(self.photographs)))]
        height, width, _ = photograph.shape
        side = int(rng.integers(_SMALLEST_CROP, _LARGEST_CROP + 1))
        top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
        return Image.fromarray(photograph[top : top + side, left : left + side])


@dataclass(frozen=True)
class ForeignImages:
    """The images of another data set, resized to ``shape`` and made grey or RGB as it says."""

    images: UInt8[np.ndarray, "sample channel height width"]
    shape: tuple[int, int, int]  # channel height width

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` images drawn at random, none twice while there are enough."""
        chosen = rng.choice(len(self.images), count, replace=count > len(self.images))
        return ForeignBatch(_resized([to_image(self.images[index]) for index in chosen], self.shape))


def _resized(
    images: Sequence[Image.Image], shape: tuple[int, int, int]
) -> UInt8[np.ndarray, "fault channel height width"]:
    channels, height, width = shape
    resized = np.empty((len(images), *shape), dtype=np.uint8)
    for target, image in zip(resized, images, strict=True):
        target[:] = to_array(image, channels=channels, size=(width, height))
    return resized
