"""The parts of a data set, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from jaxtyping import Shaped

from faultloc.subject.dataset import LabeledDataset

# What the model was trained on; what it is judged by; what more there is to train it on.
Split = Literal["train", "test", "improvement"]
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True)
class DatasetSplits:
    """What a reader gives: the set to examine, other sets where there are some, what text needs to be read again.

    ``vocabulary`` maps a token id (its position) to its word and is empty unless the inputs are tokens; ``texts`` are
    the training texts as they were read, for people to look at. ``is_fault`` is a truth that came with the data, and so
    are ``causes``: of the splits that are named, what was done to each sample that may make a model fail, as
    `faultloc.faults.inputs.names` joins it. No method may see either.
    """

    train: LabeledDataset
    test: LabeledDataset | None = None
    vocabulary: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    is_fault: np.ndarray | None = None
    improvement: LabeledDataset | None = None
    causes: Mapping[Split, Shaped[np.ndarray, "_"]] = field(default_factory=dict)

    def named(self) -> Mapping[Split, LabeledDataset]:
        """The splits that there are, by name."""
        parts: dict[Split, LabeledDataset | None] = {
            "train": self.train,
            "test": self.test,
            "improvement": self.improvement,
        }
        return {name: part for name, part in parts.items() if part is not None}
