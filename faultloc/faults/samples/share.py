"""A random share of the samples of a class."""

import math

import numpy as np
from jaxtyping import Int


def share_size(ratio: float, count: int) -> int:
    """``ratio`` of ``count``, rounded down; 0.29 of 100 is 29, though 0.29 * 100 is a little less to a computer."""
    return math.floor(ratio * count + 1e-9)


def draw_share(
    labels: Int[np.ndarray, "sample"], class_index: int, ratio: float, rng: np.random.Generator
) -> Int[np.ndarray, "chosen"]:
    """The indices of ``ratio`` of the samples of one class, drawn at random."""
    members = np.flatnonzero(labels == class_index)
    return rng.choice(members, share_size(ratio, len(members)), replace=False)


def draw_share_of_every_class(
    labels: Int[np.ndarray, "sample"], class_count: int, ratio: float, rng: np.random.Generator
) -> Int[np.ndarray, "chosen"]:
    """The indices of ``ratio`` of the samples of each class, drawn at random."""
    return np.concatenate([draw_share(labels, index, ratio, rng) for index in range(class_count)])
