"""Specific label noise: two classes are confused with one another."""

import numpy as np
from jaxtyping import Int

from faultloc.faults.samples.plan import FaultPlan, join, relabel
from faultloc.faults.samples.share import draw_share


def plan_specific_labels(
    labels: Int[np.ndarray, "sample"], pair: tuple[int, int], ratio: float, rng: np.random.Generator
) -> FaultPlan:
    """For ``ratio`` of each class of ``pair`` (rounded down), the label of the other one.

    Source: DFauLo, "SpecificLabelNoise".
    """
    first, second = pair
    return join(*(_mislabel(labels, a, b, ratio, rng) for a, b in ((first, second), (second, first))))


def _mislabel(
    labels: Int[np.ndarray, "sample"], given: int, new: int, ratio: float, rng: np.random.Generator
) -> FaultPlan:
    chosen = draw_share(labels, given, ratio, rng)
    return relabel(labels, chosen, np.full(len(chosen), new), "specific_label")
