"""The list of all samples, filtered and in windows: a page never gets it whole."""

import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from faultloc.io.results_store import Results
from faultloc.review.suggestion import MISLABELLED
from faultloc.subject.row_order import rows_of
from faultloc.verdict import Verdict

# As a filter: any kind for which another class is suggested; no kind at all.
WRONG, NOTHING = "mislabelled", "none"
# Filters whose samples are remembered: a page scrolls through one, and a person goes back and forth between a few.
_REMEMBERED = 8


@dataclass(frozen=True)
class Choice:
    """Which samples are asked for; what is empty does not choose.

    ``given``, ``suggested``, ``new`` are names of classes, ``kind`` one of the kinds, `mislabelled` or `none`,
    ``folder`` folders of the id, one in the other (with those in them), ``name`` a part of the id; of both neither case
    nor Unicode's several ways to write a character count. ``verdict``: `judged`, `open`, a decision, or `noted`.
    """

    given: str = ""
    suggested: str = ""
    kind: str = ""
    folder: str = ""
    name: str = ""
    verdict: str = ""
    new: str = ""


class Catalogue:
    """The ranking of ``results`` by columns, in its order. Safe to use from threads."""

    def __init__(self, results: Results) -> None:
        ranking = results.ranking
        self._ids = ranking["sample_id"].tolist()
        self.rows = rows_of(ranking["sample_id"].to_numpy(np.str_), results.dataset.sample_ids, "the data set")
        self._given, self.given_labels = _coded(ranking["given_label"])
        self._suggested, self.suggested_labels = _coded(ranking["suggested_label"])
        self._kind, self.kinds = _coded(ranking["kind"])
        self._folder, self.folders = _coded(pd.Series([name.rpartition("/")[0] for name in self._ids], dtype=str))
        self.suspiciousness = ranking["suspiciousness"].to_numpy(np.float64)
        self.certainty = ranking["suggested_probability"].to_numpy(np.float64)
        self._remembered: dict[Choice, Int[np.ndarray, chosen]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._ids)

    def entry(self, place: int) -> dict[str, object]:
        """The sample at ``place`` of the list, from 0, as the page gets it."""
        return {
            "row": int(self.rows[place]),
            "id": self._ids[place],
            "given": self.given_labels[self._given[place]],
            "suggested": self.suggested_labels[self._suggested[place]],
            "kind": self.kinds[self._kind[place]],
            "suspiciousness": round(float(self.suspiciousness[place]), 4),
            "rank": place + 1,
        }

    def place_of(self, row: int) -> int:
        """Where the sample at ``row`` of the data set stands in the list, from 0."""
        return int(self._places[row])

    def choose(
        self, choice: Choice, verdicts: Mapping[int, Verdict], noted: Mapping[int, str]
    ) -> Int[np.ndarray, "chosen"]:
        """The places of the samples that ``choice`` asks for, in the order of the list; judged ones, if asked for as
        such, the last judged first. ``verdicts`` and ``noted`` are by row, verdicts in their order.
        """
        places = self._by_list(replace(choice, verdict="", new=""))
        if not choice.verdict and not choice.new:
            return places
        if choice.verdict == "open":
            is_open = np.ones(len(self), bool)
            is_open[self._places[list(verdicts)]] = False
            return places[is_open[places]]
        rows = list(noted) if choice.verdict == "noted" else [*_said_so(choice, verdicts)][::-1]
        wanted = self._places[np.array(rows, np.int64)]
        is_chosen = np.zeros(len(self), bool)
        is_chosen[places] = True
        return wanted[is_chosen[wanted]]

    def _by_list(self, choice: Choice) -> Int[np.ndarray, "chosen"]:
        with self._lock:
            if choice not in self._remembered:
                if len(self._remembered) >= _REMEMBERED:
                    del self._remembered[next(iter(self._remembered))]
                self._remembered[choice] = np.flatnonzero(self._matches(choice))
            return self._remembered[choice]

    def _matches(self, choice: Choice) -> Bool[np.ndarray, "sample"]:
        found = np.ones(len(self), bool)
        for codes, names, wanted in (
            (self._given, self.given_labels, choice.given),
            (self._suggested, self.suggested_labels, choice.suggested),
        ):
            if wanted:
                found &= codes == (names.index(wanted) if wanted in names else -1)
        if choice.kind:
            kinds = MISLABELLED if choice.kind == WRONG else ("",) if choice.kind == NOTHING else (choice.kind,)
            found &= np.isin(self._kind, [number for number, name in enumerate(self.kinds) if name in kinds])
        if choice.folder:
            wanted = f"/{_folded(choice.folder).strip('/')}/"
            inside = [number for number, name in enumerate(self.folders) if wanted in f"/{_folded(name)}/"]
            found &= np.isin(self._folder, inside)
        if choice.name:
            wanted = _folded(choice.name)
            found &= np.fromiter((wanted in name for name in self._folded_ids), bool, len(self))
        return found

    @cached_property
    def _folded_ids(self) -> list[str]:
        return [_folded(name) for name in self._ids]

    @cached_property
    def _places(self) -> Int[np.ndarray, "sample"]:
        places = np.empty(len(self.rows), np.int64)
        places[self.rows] = np.arange(len(self.rows))
        return places


def _folded(text: str) -> str:
    """``text`` as it is compared: macOS takes an accent apart from its letter, and puts narrow spaces into names."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _coded(column: pd.Series) -> tuple[Int[np.ndarray, "sample"], list[str]]:
    codes, names = pd.factorize(column, sort=True)
    return codes, [str(name) for name in names]


def _said_so(choice: Choice, verdicts: Mapping[int, Verdict]) -> list[int]:
    return [
        row
        for row, verdict in verdicts.items()
        if choice.verdict in ("", "judged", verdict.decision) and choice.new in ("", verdict.label)
    ]
