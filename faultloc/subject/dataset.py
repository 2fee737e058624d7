"""The labelled data set under examination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

from faultloc.errors import DataError

InputKind = Literal["image", "tokens", "real"]
# What is given for each sample and may be wrong: its class, or the numbers that are to be predicted.
Given = Int[np.ndarray, "sample"] | Float[np.ndarray, "sample output"]


@dataclass(frozen=True)
class Targets:
    """Numbers to be predicted for each sample, the targets of a regression, and the range that they may lie in.

    ``are_points``: they are places in the input, in its pixels, the x of all points before their y.
    """

    values: Float[np.ndarray, "target output"]
    lowest: float | int
    highest: float | int
    are_points: bool = False

    def draw(self, count: int, rng: np.random.Generator) -> Float[np.ndarray, "drawn output"]:
        """The targets of ``count`` samples, uniform over the range: those of a sample whose targets mean nothing."""
        return rng.uniform(self.lowest, self.highest, (count, self.values.shape[1])).astype(self.values.dtype)


@dataclass(frozen=True)
class LabeledDataset:
    """Inputs with given labels; sample ids survive every split, subset and shuffle.

    ``inputs`` is one array, often memory-mapped, of one of three kinds: ``image`` (uint8, sample channel height width,
    0..255), ``tokens`` (int32, sample step; 0 is padding), ``real`` (float32, sample first, used as it is).
    ``labels`` are class indices into ``class_names`` and may be wrong: that is what is examined. Where the task is a
    regression, ``targets`` may be wrong, and all samples are of one class.

    ``parameters`` are numbers that are known of each sample beside its input, such as the angle that a simulator drew
    it at, by name; NaN where one does not apply. Most data sets have none.
    """

    # Three axis names: that they are of the same length is checked below, with a sentence.
    inputs: Shaped[np.ndarray, "input ..."]
    labels: Int[np.ndarray, "label"]
    sample_ids: Shaped[np.ndarray, "id"]
    class_names: Sequence[str]
    targets: Targets | None = None
    parameters: Mapping[str, Float[np.ndarray, "_"]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = {len(self.inputs), len(self.labels), len(self.sample_ids)}
        if len(counts) != 1:
            raise DataError(
                f"the data set has {len(self.inputs)} inputs, {len(self.labels)} labels and {len(self.sample_ids)} "
                "sample ids; expected one of each per sample"
            )
        if self.targets is not None and len(self.targets.values) != len(self.labels):
            raise DataError(
                f"the data set has {len(self.labels)} samples and targets of {len(self.targets.values)}; expected one "
                "row of targets per sample"
            )
        for name, values in self.parameters.items():
            if len(values) != len(self.labels):
                raise DataError(
                    f"the data set has {len(self.labels)} samples and {len(values)} values of the parameter {name}; "
                    "expected one per sample"
                )
        if len(self.labels) and (self.labels.min() < 0 or self.labels.max() >= len(self.class_names)):
            raise DataError(
                f"labels run from {self.labels.min()} to {self.labels.max()}, but there are {len(self.class_names)} "
                f"classes: expected 0 to {len(self.class_names) - 1}; check the label column and the class list"
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def given(self) -> Given:
        """What is given for each sample, right or wrong: its label, or its targets where the task is a regression."""
        return self.labels if self.targets is None else self.targets.values

    @property
    def input_kind(self) -> InputKind:
        """``image`` for uint8 inputs, ``tokens`` for integer ones, ``real`` for floating point."""
        if self.inputs.dtype == np.uint8:
            return "image"
        return "tokens" if np.issubdtype(self.inputs.dtype, np.integer) else "real"

    def names_of(self, labels: Int[np.ndarray, "sample"]) -> Shaped[np.ndarray, "sample"]:
        """The class names of ``labels``; a model may have more outputs than there are classes: ``output 10``."""
        extra = range(len(self.class_names), int(labels.max(initial=0)) + 1)
        return np.array([*self.class_names, *(f"output {label}" for label in extra)], dtype=np.str_)[labels]

    def select(self, indices: Int[np.ndarray, "chosen"]) -> "LabeledDataset":
        """The samples at ``indices``, in that order, with their ids."""
        targets = None if self.targets is None else replace(self.targets, values=self.targets.values[indices])
        parameters = {name: values[indices] for name, values in self.parameters.items()}
        return LabeledDataset(
            self.inputs[indices], self.labels[indices], self.sample_ids[indices], self.class_names, targets, parameters
        )
