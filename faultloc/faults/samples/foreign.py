"""Inputs that do not belong in the data set."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Shaped


@dataclass(frozen=True)
class ForeignBatch:
    """Foreign inputs in the form of the data set, and their texts where they are text."""

    inputs: Shaped[np.ndarray, "fault ..."]
    texts: tuple[str, ...] = ()


@runtime_checkable
class ForeignInputs(Protocol):
    """A source of foreign inputs."""

    def draw(self, count: int, rng: np.random.Generator) -> ForeignBatch:
        """``count`` inputs drawn at random."""
        ...
