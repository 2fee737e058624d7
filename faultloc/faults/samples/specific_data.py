"""Specific data noise: some samples of one class get a foreign input and keep their label."""

import numpy as np
from jaxtyping import Int

from faultloc.faults.samples.plan import FaultPlan, mark
from faultloc.faults.samples.share import draw_share


def plan_specific_data(
    labels: Int[np.ndarray, "sample"], class_index: int, ratio: float, rng: np.random.Generator
) -> FaultPlan:
    """For ``ratio`` of one class (rounded down), a foreign input.

    Source: DFauLo, "SpecificDataNoise".
    """
    return mark(labels, draw_share(labels, class_index, ratio, rng), "specific_data")
