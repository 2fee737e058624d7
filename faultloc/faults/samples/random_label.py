"""Random label noise: some samples of every class get any other label."""

import numpy as np
from jaxtyping import Int

from faultloc.faults.samples.plan import FaultPlan, relabel
from faultloc.faults.samples.share import draw_share_of_every_class


def plan_random_labels(
    labels: Int[np.ndarray, "sample"], class_count: int, ratio: float, rng: np.random.Generator
) -> FaultPlan:
    """For ``ratio`` of every class (rounded down), a label that is uniform over the other classes.

    Source: DFauLo, "RandomLabelNoise".
    """
    chosen = draw_share_of_every_class(labels, class_count, ratio, rng)
    return relabel(labels, chosen, other_labels(labels[chosen], class_count, rng), "random_label")


def other_labels(
    labels: Int[np.ndarray, "fault"], class_count: int, rng: np.random.Generator
) -> Int[np.ndarray, "fault"]:
    """For each label another one, uniform over the ``class_count - 1`` others."""
    return (labels + rng.integers(1, class_count, size=len(labels))) % class_count
