"""The object is of a kind that was not in training: a font that was held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values

# The number of the font that is held out; those of training are 0, 1, 2, ...
HELD_OUT = -1.0


@dataclass(frozen=True)
class OtherFont(Cause):
    """The digit is drawn in the font that no training picture has: ``font`` is ``HELD_OUT``."""

    name: ClassVar[str] = "other_font"
    absent: ClassVar[Values] = {"font": 0.0}
    is_drawn: ClassVar[bool] = True

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """The number of that font."""
        return {"font": np.full(len(labels), HELD_OUT)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The picture itself: it was drawn so."""
        return picture
