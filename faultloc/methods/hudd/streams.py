"""The streams of random numbers of HUDD's retraining, each by its one name.

Stage, command and Python call draw from them, so that the same seed gives the same models whichever way they are asked
for. Another name here gives other results.
"""

from typing import TYPE_CHECKING

import numpy as np

from faultloc.subject.seeding import numpy_generator, torch_generator

if TYPE_CHECKING:
    import torch


def drawn_images(seed: int, run: int) -> np.random.Generator:
    """The images that are labelled where they are drawn at random: the same for all such modes of a run."""
    return numpy_generator(seed, "hudd_retrain", f"drawn/{run}")


def resampled_images(seed: int, mode: str, run: int) -> np.random.Generator:
    """Which images are repeated."""
    return numpy_generator(seed, "hudd_retrain", f"{mode}/{run}/resampled")


def training(seed: int, mode: str, run: int) -> "torch.Generator":
    """The training of a mode's model."""
    return torch_generator(seed, "hudd_retrain", f"{mode}/{run}/epochs")
