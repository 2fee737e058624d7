"""What a known cause of failures is: a change of the picture, and the numbers that describe it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

# Digits after the point of every number that is drawn, so that a table holds exactly what a picture was made with.
DECIMALS = 4

Values = Mapping[str, float]
Picture = UInt8[np.ndarray, "channel height width"]


@dataclass(frozen=True)
class Cause(ABC):
    """One thing that makes pictures hard, of which it is known in which pictures it is.

    ``name`` is what the truth calls it. ``absent`` names the parameters that it changes, each with the value at which
    it changes nothing; NaN is a parameter that does not apply. ``is_drawn`` says that the cause is in how a picture is
    drawn, so that it cannot be put into a finished one.
    """

    name: ClassVar[str]
    absent: ClassVar[Values]
    is_drawn: ClassVar[bool] = False

    def suits(self, labels: Int[np.ndarray, "sample"]) -> Bool[np.ndarray, "sample"]:
        """Whether pictures of these classes can have the cause: all can, unless the cause is about classes."""
        return np.ones(len(labels), dtype=bool)

    @abstractmethod
    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """The parameters of pictures of these classes that have the cause: the names of ``absent``, in pixels, degrees
        and grey levels of a picture 32 pixels high."""

    @abstractmethod
    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """``picture`` as it is with these values of the parameters; itself where they are those of ``absent``.

        ``values`` may name other parameters too. ``picture`` stays as it is. Same generator state, same picture.
        """


def uniform(
    lowest: float | int, highest: float | int, count: int, rng: np.random.Generator
) -> Float[np.ndarray, "sample"]:
    """``count`` numbers between the two, rounded to ``DECIMALS``."""
    return np.round(rng.uniform(lowest, highest, count), DECIMALS)


def in_pixels(picture: Picture, size: float | int) -> float:
    """``size``, said of a picture 32 pixels high, in pixels of this one."""
    return size * picture.shape[1] / 32
