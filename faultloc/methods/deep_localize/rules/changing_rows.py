"""A data set whose own samples are changed in place, a bit further each time they are drawn."""

from collections.abc import Iterator

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.hooks.stored_rows import StoredRows

# A sample that is filled in, or scaled, the first time that it is drawn changes once; one that is made anew each epoch
# lies as far from the first one the first time as later.
# Noise that is added four times leaves it twice as far.
_TIMES, _FURTHER, _FEWEST_ROWS = 4, 1.5, 4


class ChangingRows:
    """A few samples of a loader's data set, as they lay in its array at the first look, and how far they have moved."""

    def __init__(self) -> None:
        self._rows: StoredRows | None = None
        self._first: list[Tensor] = []
        self._latest: list[Tensor] = []
        self._apart: list[list[float]] = []

    def follow(self, rows: StoredRows | None) -> None:
        """Looks at these from now on; only those of a loader's data set, as a memory of one's own may be refilled."""
        if rows is not None and rows.in_data_set:
            self._rows = rows
            self._first = [row.clone() for row in self._now(rows)]
            self._latest, self._apart = list(self._first), [[] for _ in self._first]

    def look(self) -> Iterator[Symptom]:
        """A symptom once most samples have moved four times, and further from what they were than at first."""
        if self._rows is None:
            return
        now = self._now(self._rows)
        for index, row in enumerate(now):
            if not torch.equal(self._latest[index], row):
                self._latest[index] = row.clone()
                self._apart[index].append(float((row.float() - self._first[index].float()).norm()))
        moved = [apart for apart in self._apart if len(apart) >= _TIMES]
        if len(moved) < max(_FEWEST_ROWS, len(now) // 2):
            return
        first, last = (sum(apart[time] for apart in moved) / len(moved) for time in (0, _TIMES - 1))
        if last > _FURTHER * first:
            self._rows = None
            yield Symptom(
                "input.fading", INPUT, last, first,
                f"{len(moved)} of {len(now)} samples of the data set that are looked at have changed since the first "
                f"step, and lie {last:.2g} from what they were, {first:.2g} after the first change: they are changed "
                "in place each time they are drawn",
            )  # fmt: skip

    @staticmethod
    def _now(rows: StoredRows) -> list[Tensor]:
        return [rows.array.select(rows.axis, number).detach() for number in rows.numbers]
