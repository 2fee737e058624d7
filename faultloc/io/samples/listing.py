"""Which samples a data set has, before any of them is decoded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faultloc.errors import DataError
from faultloc.io.datasets.shown_cell import LONGEST_PATH, shown_cell

Skipped = tuple[str, str]  # a sample's id, and why it is left out

# Of a hundred files so many may be damaged or lead elsewhere before it is taken for a mistake.
TOLERATED_PERCENT = 1


@dataclass(frozen=True)
class SampleListing:
    """The samples of one data set, in order.

    ``inputs`` are the paths of images, or the texts themselves; ``given_names`` each sample's class by its name;
    ``class_names`` those of the data set, in the order of ``classes.json`` where there is one (``order_is_given``) and
    else sorted. ``skipped`` could be samples and cannot be used; ``left_out`` lies among them and is none; ``notes``
    are sentences on how the data set was taken.
    """

    kind: Literal["images", "texts"]
    root: Path
    inputs: Sequence[Path | str]
    given_names: Sequence[str]
    sample_ids: Sequence[str]
    class_names: tuple[str, ...]
    order_is_given: bool
    skipped: tuple[Skipped, ...] = ()
    left_out: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.given_names)


def check_skipped(skipped: Sequence[Skipped], total: int, listed_in: Path | None = None) -> None:
    """Raises DataError where more than one in a hundred of ``total`` samples cannot be used; ``listed_in`` is the file
    that names them all."""
    if 100 * len(skipped) > TOLERATED_PERCENT * total:
        first, reason = skipped[0]
        links = " (--follow-links for links that are your own)" if " leads out " in reason else ""
        where = f"; {listed_in} names them all" if listed_in is not None and len(skipped) > 1 else ""
        raise DataError(
            f"{len(skipped):,} of {total:,} files cannot be used, for example {shown_cell(first, LONGEST_PATH)}: "
            f"{reason}; expected at most {TOLERATED_PERCENT} %: repair or remove them{links}{where}"
        )
