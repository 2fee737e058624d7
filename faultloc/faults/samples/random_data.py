"""Random data noise: some samples of every class get a foreign input and keep their label."""

import numpy as np
from jaxtyping import Int

from faultloc.faults.samples.plan import FaultPlan, mark
from faultloc.faults.samples.share import draw_share_of_every_class


def plan_random_data(
    labels: Int[np.ndarray, "sample"], class_count: int, ratio: float, rng: np.random.Generator
) -> FaultPlan:
    """For ``ratio`` of every class (rounded down), a foreign input.

    Source: DFauLo, "RandomDataNoise".
    """
    return mark(labels, draw_share_of_every_class(labels, class_count, ratio, rng), "random_data")
