"""The table of a sweep, checked: which of its columns are settings, which are metrics, and what is one case.

A case is a combination of all settings but the seed; the rows of one ranking in one case are its repetitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from faultloc.errors import ConfigError, DataError
from faultloc.evaluation.sweep_cases import SUBJECT, as_numbers, is_metric, name_cases

ABOUT_JOBS = ("job", "state", "seed", "ranking")


@dataclass(frozen=True)
class SweepResults:
    """The rows of a sweep, by settings and seed, with a column ``case`` that names each one's case.

    ``settings`` are the columns of settings without the seed, as text. ``notes`` say what was found amiss.
    """

    rows: pd.DataFrame
    settings: tuple[str, ...]
    metrics: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def cases(self) -> list[str]:
        """The names of the cases in the order of their settings."""
        return list(dict.fromkeys(self.rows["case"]))

    @property
    def rankings(self) -> list[str]:
        """The names of the rankings in the order in which they first appear."""
        return list(dict.fromkeys(self.rows["ranking"]))

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs; none where the results do not say."""
        return list(dict.fromkeys(self.rows["job"].astype(str))) if "job" in self.rows.columns else []

    @property
    def varying(self) -> list[str]:
        """The settings with more than one value, without what is always part of a case's name."""
        return [name for name in self.settings if name not in SUBJECT and self.rows[name].nunique() > 1]

    def repetitions(self, case: str, ranking: str, metric: str) -> Float[np.ndarray, "one"]:
        """The values over the seeds, without those that are missing."""
        places = self._places.get((case, ranking), np.array([], dtype=np.int64))
        values = self.rows[metric].to_numpy(dtype=np.float64)[places]
        return values[~np.isnan(values)]

    @cached_property
    def _places(self) -> dict[tuple[str, str], Int[np.ndarray, "row"]]:
        places: dict[tuple[str, str], list[int]] = {}
        for place, (case, ranking) in enumerate(zip(self.rows["case"], self.rows["ranking"], strict=True)):
            places.setdefault((case, ranking), []).append(place)
        return {key: np.array(listed) for key, listed in places.items()}


def is_higher_better(metric: str) -> bool:
    """False for the EXAM values, which are effort."""
    return not metric.startswith("exam_")


def check_sweep(table: pd.DataFrame) -> SweepResults:
    """``table`` with its cases named; one row per job and ranking, an empty value is a missing one.

    A row without a ranking is a job without results.

    Raises:
        DataError: a column is missing or holds no numbers, there is no row, or two rows are the same repetition.
    """
    metrics = tuple(name for name in table.columns if is_metric(name))
    if "ranking" not in table.columns or not metrics:
        raise DataError(
            f"the results have the columns {', '.join(map(str, table.columns))}; expected ranking and at least one "
            "metric, such as rauc: give the results.csv of a sweep"
        )
    has_results = table["ranking"].notna() & (table["ranking"] != "")
    if not has_results.any():
        raise DataError("the results have no row of a ranking; expected one per job and ranking: run the sweep first")
    rows, settings = name_cases(table[has_results])
    for metric in metrics:
        rows[metric] = as_numbers(rows[metric], metric)
    _check_repetitions(rows)
    known = {*settings, *metrics, *ABOUT_JOBS}
    unread = [str(name) for name in table.columns if name not in known]
    notes = [f"Neither settings nor metrics, so not read: {', '.join(unread)}."] if unread else []
    if not has_results.all():
        notes.append(f"Jobs without results, because they failed or did not run: {int((~has_results).sum())}.")
    return SweepResults(rows, settings, metrics, (*notes, *_notes(rows, metrics, "seed" in table.columns)))


def choose_metrics(results: SweepResults, wanted: Sequence[str]) -> list[str]:
    """``wanted``, or where it is empty all metrics.

    Raises:
        ConfigError: the results lack one.
    """
    if absent := [name for name in wanted if name not in results.metrics]:
        raise ConfigError(f"there is no metric {absent[0]!r} in the results; expected of {', '.join(results.metrics)}")
    return list(wanted or results.metrics)


def _check_repetitions(rows: pd.DataFrame) -> None:
    twice = rows.duplicated(["case", "seed", "ranking"])
    if twice.any():
        row = rows[twice].iloc[0]
        raise DataError(
            f"two rows are the ranking {row['ranking']} of {row['case']} with seed {row['seed']}; expected one: "
            "drop what was measured twice, or add the column of the setting in which they differ, such as "
            "mutation.ratio"
        )


def _notes(rows: pd.DataFrame, metrics: Sequence[str], has_seeds: bool) -> tuple[str, ...]:
    notes = []
    seeds = rows.groupby("case")["seed"].nunique()
    if not has_seeds:
        notes.append("There is no column seed, so that every case counts as run once: no spread, no test.")
    elif seeds.max() == 1:
        notes.append("Every case was run with one seed: no spread, no test.")
    elif seeds.min() < seeds.max():
        notes.append(f"Cases have between {seeds.min()} and {seeds.max()} seeds.")
    if missing := int(rows[list(metrics)].isna().to_numpy().sum()):
        notes.append(f"Values that are missing or not finite, and left out: {missing}.")
    return tuple(notes)
