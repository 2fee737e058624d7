"""The picture is a negative."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values


@dataclass(frozen=True)
class Negative(Cause):
    """Light and dark have changed places: ``negative`` is 1, else 0."""

    name: ClassVar[str] = "negative"
    absent: ClassVar[Values] = {"negative": 0.0}

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """1 for every picture."""
        return {"negative": np.ones(len(labels))}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """255 less the grey levels."""
        return 255 - picture if values["negative"] else picture
