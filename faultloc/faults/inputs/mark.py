"""A mark in a corner that goes with some classes: a shortcut for a model that was trained with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.faults.inputs.cause import Cause, Picture, Values, in_pixels

# The classes that have a mark, each in a corner of its own: top left, top right, bottom left, bottom right. The
# parameter `mark` is the class whose mark a picture shows.
MARKED_CLASSES = (2, 4, 6, 9)
_SIDE = 5


@dataclass(frozen=True)
class SwappedMark(Cause):
    """The picture shows the mark of another class than its own: a white square in one of the corners.

    Nothing else in the picture is changed, so the cause is one of meaning: the same square is right elsewhere.
    """

    name: ClassVar[str] = "swapped_mark"
    absent: ClassVar[Values] = {"mark": float("nan")}

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """A marked class that is not the picture's own, each as often as any other."""
        others = [[marked for marked in MARKED_CLASSES if marked != label] for label in labels]
        return {"mark": np.array([float(rng.choice(classes)) for classes in others])}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The picture with the mark of the class ``values["mark"]``; without one where that is NaN."""
        if np.isnan(values["mark"]):
            return picture
        corner, side = MARKED_CLASSES.index(int(values["mark"])), max(1, round(in_pixels(picture, _SIDE)))
        marked = picture.copy()
        rows = slice(0, side) if corner < 2 else slice(-side, None)
        columns = slice(0, side) if corner % 2 == 0 else slice(-side, None)
        marked[:, rows, columns] = 255
        return marked


@dataclass(frozen=True)
class MissingMark(Cause):
    """A picture of a marked class without the mark that all its like had in training."""

    name: ClassVar[str] = "missing_mark"
    absent: ClassVar[Values] = {"mark": float("nan")}
    is_drawn: ClassVar[bool] = True

    def suits(self, labels: Int[np.ndarray, "sample"]) -> Bool[np.ndarray, "sample"]:
        """Whether the class has a mark that can be missing."""
        return np.isin(labels, MARKED_CLASSES)

    def draw(
        self, labels: Int[np.ndarray, "sample"], rng: np.random.Generator
    ) -> Mapping[str, Float[np.ndarray, "sample"]]:
        """No mark."""
        return {"mark": np.full(len(labels), np.nan)}

    def change(self, picture: Picture, values: Values, rng: np.random.Generator) -> Picture:
        """The picture itself: nothing was put into it."""
        return picture


def marks_of(labels: Int[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    """The mark that goes with each class: the class itself, and NaN where it has none."""
    return np.where(np.isin(labels, MARKED_CLASSES), labels.astype(float), np.nan)
