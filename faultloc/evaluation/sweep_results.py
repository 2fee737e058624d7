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

# What a case is always named by; other settings only where they vary.
SUBJECT = ("experiment", "dataset", "model", "fault")
# The groups of the configuration, of which an option can be chosen.
GROUPS = (*SUBJECT, "train", "outlier", "activation", "mutation", "suffix", "dfaulo", "evaluate", "purify")
METRICS = ("rauc", "apfd", "exam_first", "exam_last", "exam_average", "auroc", "average_precision")
ABOUT_JOBS = ("job", "state", "seed", "ranking")
# What the value of a setting is called that a row does not give.
UNSET = "default"


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


def is_setting(column: str) -> bool:
    """True for a group of the configuration and for a dotted key, without the seed."""
    return column in GROUPS or ("." in column and not is_metric(column))  # pobl@0.5 has a dot too


def is_metric(column: str) -> bool:
    """True for what a ranking is measured by."""
    return column.startswith("pobl@") or column in METRICS


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


def name_cases(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows by settings and seed, with ``case`` and ``seed``, and the columns that are settings."""
    named = [str(name) for name in table.columns if is_setting(str(name))]
    settings = (*(name for name in SUBJECT if name in named), *(name for name in named if name not in SUBJECT))
    rows = table.assign(**{name: as_words(table[name]) for name in settings})
    rows["seed"] = as_words(table["seed"]) if "seed" in table.columns else UNSET
    shown = [name for name in settings if name in SUBJECT or rows[name].nunique() > 1]
    rows["case"] = [
        ", ".join(value if name in SUBJECT else f"{name}={value}" for name, value in zip(shown, values, strict=True))
        or "all jobs"
        for values in rows[shown].itertuples(index=False, name=None)
    ]
    keys = [[natural_order(value) for value in values] for values in rows[[*settings, "seed"]].to_numpy().tolist()]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    return rows.iloc[order].reset_index(drop=True), settings


def as_words(column: pd.Series) -> pd.Series:
    """The values as text, ``UNSET`` where there is none."""
    return column.astype(object).where(column.notna(), UNSET).astype(str).replace("", UNSET)


def as_numbers(column: pd.Series, name: str) -> pd.Series:
    """The values as floats, NaN where there is none.

    Raises:
        DataError: a value is no number.
    """
    numbers = pd.to_numeric(column.replace("", np.nan), errors="coerce").astype(np.float64)
    # Infinite is as little a measurement as nothing is.
    numbers = numbers.where(np.isfinite(numbers))
    wrong = numbers.isna() & column.notna() & ~column.astype(str).str.lower().isin(["", "nan", "inf", "-inf"])
    if wrong.any():
        raise DataError(f"the column {name} holds {column[wrong].iloc[0]!r}; expected numbers, or nothing")
    return numbers


def natural_order(value: str) -> tuple[int, float, str]:
    """A key to sort by: nothing set, then numbers by their size, then words."""
    if value == UNSET:
        return 0, 0.0, ""
    try:
        return 1, float(value), value
    except ValueError:
        return 2, 0.0, value


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
