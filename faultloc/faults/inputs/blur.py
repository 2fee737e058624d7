"""The object is out of focus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int
from PIL import Image, ImageFilter

from faultloc.faults.inputs.cause import Cause, Picture, Values, in_pixels, uniform


@dataclass(frozen=True)
class Blur(Cause):
    """The picture is smoothed with a Gaussian whose standard deviation is ``blur`` pixels, ``least`` to ``most``.

    Pillow comes near it with three box filters.
    """

    name: ClassVar[str] = "blur"
    absent: ClassVar[Values] = {"blur": 0.0}
    least: float = 3.5
    most: float = 5.0

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """A standard deviation a picture."""
        return {"blur": uniform(self.least, self.most, len(labels), rng)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The smoothed picture."""
        if values["blur"] == 0:
            return picture
        smooth = ImageFilter.GaussianBlur(in_pixels(picture, values["blur"]))
        return np.stack([np.asarray(Image.fromarray(channel).filter(smooth)) for channel in picture])
