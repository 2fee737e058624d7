"""What cleaning does to the model's accuracy, beside as many steps of training without it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from faultloc.errors import DataError
from faultloc.evaluation.significance import signed_rank_p
from faultloc.evaluation.sweep_cases import as_numbers, name_cases
from faultloc.evaluation.sweep_results import SweepResults

ACCURACIES = ("before", "cleaned", "uncleaned")
ALL_CASES = "all cases"
_PREFIX = "test_accuracy_"


def check_purified(purified: pd.DataFrame, results: SweepResults) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A row per job with ``case``, ``before``, ``cleaned``, ``uncleaned``; and what is to be noted.

    ``purified`` has the metrics of the stage purify and the job's settings, or a ``job`` that the results know.

    Raises:
        DataError: an accuracy is missing, is no number or is outside of [0, 1], or a job is there twice.
    """
    columns = [f"{_PREFIX}{name}" for name in ACCURACIES]
    if absent := [name for name in columns if name not in purified.columns]:
        raise DataError(
            f"the table of retraining has the columns {', '.join(map(str, purified.columns))}; it lacks {absent[0]}, "
            "which the stage purify writes where there is a test set: add it, or leave the file out"
        )
    rows = _with_settings(purified, results)
    for name in columns:
        rows[name] = as_numbers(rows[name], name)
        if not rows[name].dropna().between(0, 1).all():
            raise DataError(f"the column {name} holds {rows[name].max():g}; expected shares between 0 and 1")
    rows, _ = name_cases(rows)
    if rows.duplicated(["case", "seed"]).any():
        row = rows[rows.duplicated(["case", "seed"])].iloc[0]
        raise DataError(
            f"two rows are the retraining of {row['case']} with seed {row['seed']}; expected one: drop the other, or "
            "add the columns of the settings in which they differ"
        )
    complete = rows.dropna(subset=columns)
    left_out = len(rows) - len(complete)
    notes = (f"Jobs without all three accuracies, which are left out: {left_out}.",) if left_out else ()
    return complete[["case", *columns]].rename(columns=lambda name: name.removeprefix(_PREFIX)), notes


def effect_of_retraining(accuracies: pd.DataFrame) -> pd.DataFrame:
    """A row per case, and one for all together where there are several.

    For each accuracy ``<name>_mean`` and ``<name>_sd``; ``gain`` is the mean of cleaned minus uncleaned, ``gain_sd``
    its spread, ``change`` the mean of cleaned minus before, ``pairs`` the number of jobs, and ``p`` that of the paired
    signed-rank test of the gain, NaN for fewer than six pairs.
    """
    cases = list(dict.fromkeys(accuracies["case"]))
    groups = [(case, accuracies[accuracies["case"] == case]) for case in cases]
    if len(cases) > 1:
        groups.append((ALL_CASES, accuracies))
    return pd.DataFrame([_effect(case, rows) for case, rows in groups])


def _effect(case: str, rows: pd.DataFrame) -> dict[str, object]:
    figures: dict[str, object] = {"case": case, "pairs": len(rows)}
    for name in ACCURACIES:
        figures |= _summary(name, rows[name].tolist())
    # Accuracies are written with six digits: what is left of a difference below is the rounding of floats.
    gain = (rows["cleaned"] - rows["uncleaned"]).round(9).to_numpy(dtype=np.float64)
    figures["gain"], figures["gain_sd"] = float(gain.mean()), _sd(gain.tolist())
    figures["change"] = float((rows["cleaned"] - rows["before"]).mean())
    figures["p"] = signed_rank_p(gain)
    return figures


def _summary(name: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{name}_mean": float(np.mean(values)), f"{name}_sd": _sd(values)}


def _sd(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else np.nan


def _with_settings(purified: pd.DataFrame, results: SweepResults) -> pd.DataFrame:
    settings = [*results.settings, "seed"]
    if "job" not in purified.columns or "job" not in results.rows.columns or set(settings) & set(purified.columns):
        return purified.copy()
    known = results.rows.drop_duplicates("job").assign(job=lambda rows: rows["job"].astype(str))
    if unknown := sorted(set(purified["job"].astype(str)) - set(known["job"])):
        raise DataError(
            f"the table of retraining names job {unknown[0]}, which the results lack; give both of one sweep"
        )
    return purified.assign(job=purified["job"].astype(str)).merge(known[["job", *settings]], on="job")
