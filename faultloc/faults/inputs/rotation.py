"""The object is turned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int
from PIL import Image

from faultloc.faults.inputs.cause import Cause, Picture, Values, uniform


@dataclass(frozen=True)
class Rotation(Cause):
    """The whole picture is turned about its middle by ``angle`` degrees, ``least`` to ``most`` to either side.

    Positive is counterclockwise. What comes in at the corners is of the median colour of the border.
    """

    name: ClassVar[str] = "rotation"
    absent: ClassVar[Values] = {"angle": 0.0}
    least: float = 40.0
    most: float = 80.0

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """An angle a picture, to the left as often as to the right."""
        sides = rng.choice([-1.0, 1.0], len(labels))
        return {"angle": sides * uniform(self.least, self.most, len(labels), rng)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The picture turned by the angle, with bilinear interpolation."""
        if values["angle"] == 0:
            return picture
        return np.stack([_turned(channel, values["angle"]) for channel in picture])


def _turned(channel: np.ndarray, angle: float) -> np.ndarray:
    border = np.concatenate([channel[0], channel[-1], channel[:, 0], channel[:, -1]])
    fill = int(np.median(border))
    return np.asarray(Image.fromarray(channel).rotate(angle, Image.Resampling.BILINEAR, fillcolor=fill))
