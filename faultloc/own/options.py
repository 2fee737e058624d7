"""What is said of a data set and a model of one's own: fields are named as the options of the commands, whose help
says what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TABLES = (".csv", ".csv.gz")
# The held-out set where nobody names one.
_HELD_OUT = "test"


@dataclass(frozen=True)
class DataOptions:
    """Which data set, and how its samples are read.

    ``test_set`` is the folder of the held-out set, which has to be there; None: `test`, where there is one.
    ``improvement_set`` is the folder of more samples to train on, beside those of both, for a method that asks for
    them; None, or a folder that does not exist: there are none. ``pool_set`` is a folder of images that nobody has
    labelled, which then stand in the place of the improvement set.
    """

    dataset: Path
    image_set: str = "train"
    test_set: str | None = None
    improvement_set: str | None = None
    pool_set: str | None = None
    classes: Path | None = None
    img_size: tuple[int, int, int | None] | None = None
    transform: str | None = None
    vocabulary: Path | None = None
    max_tokens: int = 100
    input_column: str | None = None
    label_column: str | None = None
    follow_links: bool = False

    @property
    def held_out_set(self) -> str:
        """The folder of the held-out set, whether it exists or not."""
        return _HELD_OUT if self.test_set is None else self.test_set

    @property
    def is_table(self) -> bool:
        """True for a CSV file, else a folder is meant."""
        return self.dataset.name.endswith(_TABLES) or self.dataset.is_file()


@dataclass(frozen=True)
class ModelOptions:
    """Which model, how its file is read, what its inputs are scaled by, and where it runs."""

    model: str
    arch: str | None = None
    weights: Path | None = None
    trust_checkpoint: bool = False
    weights_key: str | None = None
    trust_classes: bool = False
    mean: Sequence[float | int] | None = None
    std: Sequence[float | int] | None = None
    device: str = "auto"
