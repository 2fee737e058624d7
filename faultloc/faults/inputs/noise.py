"""The sensor is noisy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values, uniform


@dataclass(frozen=True)
class Noise(Cause):
    """Every value gets a normal number with standard deviation ``noise``, in grey levels, ``least`` to ``most``."""

    name: ClassVar[str] = "noise"
    absent: ClassVar[Values] = {"noise": 0.0}
    least: float = 110.0
    most: float = 180.0

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """A standard deviation a picture."""
        return {"noise": uniform(self.least, self.most, len(labels), rng)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The noisy picture, cut off at 0 and 255."""
        if values["noise"] == 0:
            return picture
        noisy = picture + values["noise"] * rng.standard_normal(picture.shape)
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
