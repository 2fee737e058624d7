"""There is too little light."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values, uniform


@dataclass(frozen=True)
class Darkness(Cause):
    """All grey levels are multiplied by ``contrast``, which is ``least`` to ``most``."""

    name: ClassVar[str] = "darkness"
    absent: ClassVar[Values] = {"contrast": 1.0}
    least: float = 0.04
    most: float = 0.12

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """A contrast a picture."""
        return {"contrast": uniform(self.least, self.most, len(labels), rng)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The darker picture."""
        if values["contrast"] == 1:
            return picture
        return np.rint(picture * values["contrast"]).astype(np.uint8)
