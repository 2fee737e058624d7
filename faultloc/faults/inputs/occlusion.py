"""Something stands before the object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values, in_pixels

_GREY = 150


@dataclass(frozen=True)
class Occlusion(Cause):
    """A grey bar over the whole width hides ``occluder_size`` rows from row ``occluder_y`` on, both whole numbers."""

    name: ClassVar[str] = "occlusion"
    absent: ClassVar[Values] = {"occluder_y": float("nan"), "occluder_size": 0.0}
    highest_row: int = 4
    lowest_row: int = 15
    least: int = 11
    most: int = 15

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """The first row that is hidden and the number of rows."""
        return {
            "occluder_y": rng.integers(self.highest_row, self.lowest_row + 1, len(labels)).astype(float),
            "occluder_size": rng.integers(self.least, self.most + 1, len(labels)).astype(float),
        }

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The picture behind the bar."""
        if values["occluder_size"] == 0:
            return picture
        first = round(in_pixels(picture, values["occluder_y"]))
        hidden = picture.copy()
        hidden[:, first : first + max(1, round(in_pixels(picture, values["occluder_size"])))] = _GREY
        return hidden
