"""Seconds by stage, from the times of a sweep's jobs."""

import pandas as pd

from faultloc.errors import DataError
from faultloc.evaluation.sweep_cases import as_numbers, name_cases
from faultloc.evaluation.sweep_results import SweepResults

COLUMNS = ("job", "stage", "seconds")


def check_times(times: pd.DataFrame) -> pd.DataFrame:
    """``times`` with seconds as numbers; one row per job and stage that was run.

    Raises:
        DataError: a column is missing, a time is no number or negative, or a job has a stage twice.
    """
    if absent := [name for name in COLUMNS if name not in times.columns]:
        raise DataError(
            f"the times have the columns {', '.join(map(str, times.columns))}; expected {', '.join(COLUMNS)}: "
            f"add {absent[0]}, or leave the file out"
        )
    checked = times.assign(seconds=as_numbers(times["seconds"], "seconds"))
    if (checked["seconds"] < 0).any():
        raise DataError(f"the column seconds holds {checked['seconds'].min():g}; expected 0 or more")
    if checked.duplicated(["job", "stage"]).any():
        row = checked[checked.duplicated(["job", "stage"])].iloc[0]
        raise DataError(f"job {row['job']} has two times of stage {row['stage']}; expected one: drop the older one")
    return checked


def cost_by_stage(times: pd.DataFrame, results: SweepResults) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A row per case and stage: mean ``seconds`` and ``sd`` over the ``jobs`` that ran it; and what is to be noted.

    The case of a job is what the results say of it, else what the times do, else all jobs are one.
    """
    if times.empty:
        return pd.DataFrame(columns=["case", "stage", "seconds", "sd", "jobs"]), ("The table of times has no row.",)
    cases, notes = _cases_of(times, results)
    rows = times.assign(case=cases).dropna(subset=["case", "seconds"])
    grouped = rows.groupby(["case", "stage"], sort=False)["seconds"]
    cost = grouped.agg(["mean", "std", "count"]).reset_index()
    cost.columns = pd.Index(["case", "stage", "seconds", "sd", "jobs"])
    jobs = rows.groupby("case")["job"].nunique()
    absent = cost[cost["jobs"] < cost["case"].map(jobs)]
    if len(absent):
        stages = ", ".join(dict.fromkeys(absent["stage"]))
        notes += (f"Not every job ran {stages}: the mean is over those that did, the others took it from the cache.",)
    return cost, notes


def _cases_of(times: pd.DataFrame, results: SweepResults) -> tuple[pd.Series, tuple[str, ...]]:
    if "job" in results.rows.columns:
        case_of = dict(zip(results.rows["job"].astype(str), results.rows["case"], strict=True))
        cases = times["job"].astype(str).map(case_of)
        unknown = times.loc[cases.isna(), "job"].nunique()
        if unknown < times["job"].nunique():
            note = f"Jobs with times but without results, which are left out: {unknown}."
            return cases, (note,) if unknown else ()
    named, settings = name_cases(times.assign(place=range(len(times))))
    if settings:
        return named.set_index("place")["case"].sort_index().set_axis(times.index), ()
    return pd.Series("all jobs", index=times.index), ("The times name no case: all jobs are one.",)
