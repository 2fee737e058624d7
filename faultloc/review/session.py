"""A review without a page: which samples come next, what was said of them, and how far it has come."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Int

from faultloc.errors import DataError
from faultloc.io.results_store import Results
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import rank_remaining
from faultloc.review.fingerprint import fingerprint
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.settings_check import check_number
from faultloc.subject.row_order import rows_of
from faultloc.subject.seeding import numpy_generator
from faultloc.verdict import Verdict


@dataclass(frozen=True)
class Progress:
    """How far the review is.

    ``judged`` of ``samples`` have a verdict, ``found`` of those are faulty; ``expected_left`` are the faults among the
    others, about. ``next_yield`` is the share of faults to expect in the next batch, in [0, 1]; ``is_worthwhile`` is
    False where that is below the least that pays.
    """

    samples: int
    judged: int
    found: int
    expected_left: float
    next_yield: float
    is_worthwhile: bool


class ReviewSession:
    """The review of ``results``, whose verdicts ``store`` keeps; also those that other processes give there.

    A batch are the ``batch_size`` most suspicious samples without a verdict; after each the verdicts re-rank the rest.
    It pays to go on while ``least_yield`` or more of a batch are expected to be faulty. Safe to use from threads.

    Raises:
        DataError: the verdicts are about other samples, or cannot be kept.
        ConfigError: a number lies outside its range.
    """

    def __init__(
        self, results: Results, store: VerdictStore, *, batch_size: int = 12, least_yield: float | int = 0.1
    ) -> None:
        check_number("batch", batch_size, at_least=1, whole=True)
        check_number("least_yield", least_yield, above=0, below=1)
        store.belong_to(fingerprint(results.dataset))
        self._store, self._dataset = store, results.dataset
        self._batch_size, self._least_yield = batch_size, least_yield
        self._seed = _seed(results.run)
        self._ranker = VerdictRanker(
            results.evidence,
            score_default(results.evidence, _scorer_settings(results.run)),
            VerdictSettings(),
            numpy_generator(self._seed, "dfaulo", "presumed sound"),
        )
        ids = results.dataset.sample_ids
        self._rows = {str(sample_id): row for row, sample_id in enumerate(ids)}
        self._listed = rows_of(results.ranking["sample_id"].to_numpy(np.str_), ids, "the data set")
        self._queue, self._ranked_length = self._listed, -1
        self._verdicts: dict[str, Verdict] = {}
        self._known_length = -1
        self._skipped: dict[int, None] = {}
        self._lock = threading.Lock()

    def next_batch(self) -> Int[np.ndarray, "batch"]:
        """The rows of the most suspicious samples without a verdict, after a re-ranking by all verdicts so far.

        Skipped ones come when no others are left. Fewer than a batch at the end, and none after it.
        """
        with self._lock:
            self._rerank()
            return self._upcoming()

    def give(self, verdict: Verdict, by: str = "") -> Verdict | None:
        """Keeps ``verdict``, on the disk when this returns; the verdict that it replaced, or None.

        Raises:
            DataError: the sample or the label does not exist, or the verdict cannot be kept.
        """
        self._require_known(verdict)
        with self._lock:
            before = self._current().get(verdict.sample_id)
            self._store.give(verdict, by)
            self._skipped.pop(self._rows[verdict.sample_id], None)
            return before

    def undo(self, by: str | None = None) -> str | None:
        """The id of the sample whose last verdict (of ``by``, if given) was taken back; None where there was none."""
        with self._lock:
            return self._store.undo(by)

    def give_all(self, verdicts: Sequence[Verdict], by: str = "") -> int:
        """Keeps all ``verdicts``, or, where that fails, none; how many of them replaced another verdict.

        Raises:
            DataError: a sample or a label does not exist, or the verdicts cannot be kept.
        """
        for verdict in verdicts:
            self._require_known(verdict)
        with self._lock:
            before = self._current()
            replaced = sum(before.get(verdict.sample_id, verdict) != verdict for verdict in verdicts)
            self._store.give_all(verdicts, by)
            for verdict in verdicts:
                self._skipped.pop(self._rows[verdict.sample_id], None)
            return replaced

    def take_back(self, sample_ids: Collection[str], by: str | None = None) -> list[str]:
        """The ids, of ``sample_ids``, whose verdicts were taken back; ``by``: only this one's last on each."""
        with self._lock:
            return self._store.take_back(sample_ids, by)

    def note(self, sample_id: str, text: str, by: str = "") -> None:
        """Keeps ``text`` as the note on the sample; an empty one removes it.

        Raises:
            DataError: there is no such sample, or the note cannot be kept.
        """
        self.row_of(sample_id)
        self._store.note(sample_id, text, by)

    def notes(self) -> dict[int, str]:
        """The notes by row, the last written first."""
        notes = self._store.notes()
        return {self._rows[name]: notes[name] for name in reversed(notes) if name in self._rows}

    def notes_by_id(self) -> Mapping[str, str]:
        """The notes by sample id."""
        return self._store.notes()

    def verdicts_by_row(self) -> Mapping[int, Verdict]:
        """The verdicts in force by row, in the order in which they were given."""
        return {self._rows[sample_id]: verdict for sample_id, verdict in self.verdicts().items()}

    def skip(self, sample_id: str) -> None:
        """Puts the sample behind all others until the review is started again: that is no verdict.

        Raises:
            DataError: there is no such sample.
        """
        row = self.row_of(sample_id)
        with self._lock:
            self._skipped.pop(row, None)
            self._skipped[row] = None

    def row_of(self, sample_id: str) -> int:
        """Where the sample stands in the data set.

        Raises:
            DataError: there is no such sample.
        """
        if sample_id not in self._rows:
            raise DataError(f"there is no sample {sample_id!r} in these results; expected one of the ranking's")
        return self._rows[sample_id]

    def verdicts(self) -> Mapping[str, Verdict]:
        """The verdicts in force, of all who gave any, in the order in which they were given."""
        with self._lock:
            return dict(self._current())

    def progress(self) -> Progress:
        """How far the review is, by all verdicts so far."""
        with self._lock:
            reviewed, verdicts = self._judged()
            probability = self._ranker.fault_probabilities(reviewed, verdicts)
            upcoming = self._upcoming()
        left = np.ones(len(self._dataset), bool)
        left[reviewed] = False
        next_yield = float(probability[upcoming].mean()) if len(upcoming) else 0.0
        return Progress(
            samples=len(self._dataset),
            judged=len(reviewed),
            found=int(verdicts.sum()),
            expected_left=float(probability[left].sum()),
            next_yield=next_yield,
            is_worthwhile=next_yield >= self._least_yield,
        )

    def _require_known(self, verdict: Verdict) -> None:
        self.row_of(verdict.sample_id)
        if verdict.decision == "relabel" and verdict.label not in self._dataset.class_names:
            raise DataError(f"there is no class {verdict.label!r}; expected one of the data set's to relabel with")

    def _upcoming(self) -> Int[np.ndarray, "batch"]:
        judged = self._judged()[0]
        skipped = np.fromiter(self._skipped, np.int64, len(self._skipped))
        first = self._queue[~np.isin(self._queue, np.concatenate([judged, skipped]))]
        return np.concatenate([first, skipped[~np.isin(skipped, judged)]])[: self._batch_size]

    def _rerank(self) -> None:
        reviewed, verdicts = self._judged()
        if self._ranked_length == self._known_length:
            return
        remaining = self._listed[~np.isin(self._listed, reviewed)]
        ties = numpy_generator(self._seed, "review", "ties")
        self._queue = rank_remaining(self._ranker.refine(reviewed, verdicts), remaining, ties)
        self._ranked_length = self._known_length

    def _judged(self) -> tuple[Int[np.ndarray, "reviewed"], Bool[np.ndarray, "reviewed"]]:
        current = self._current()
        reviewed = np.array([self._rows[sample_id] for sample_id in current], np.int64)
        return reviewed, np.array([verdict.is_faulty for verdict in current.values()], bool)

    def _current(self) -> Mapping[str, Verdict]:
        length = self._store.length()  # other processes may have given some
        if length != self._known_length:
            self._verdicts = self._store.current()
            unknown = [sample_id for sample_id in self._verdicts if sample_id not in self._rows]
            if unknown:
                raise DataError(
                    f"{FILE_NAME} holds a verdict on {unknown[0]!r}, which these results do not have; expected "
                    "verdicts on their samples: move that file away"
                )
            self._known_length = length
        return self._verdicts


def _seed(run: Mapping[str, object]) -> int:
    seed = run.get("seed", 0)
    return seed if isinstance(seed, int) else 0


def _scorer_settings(run: Mapping[str, object]) -> ScorerSettings:
    stored = run.get("scorer")
    settings = dict(stored) if isinstance(stored, Mapping) else {}
    known = {field.name for field in fields(ScorerSettings)}
    if settings.keys() - known:
        raise DataError(
            f"run.json has the scorer's setting {min(settings.keys() - known)!r}; expected {', '.join(sorted(known))}: "
            "run `faultloc dfaulo` again, or review with the version that made the results"
        )
    return ScorerSettings(**settings)
