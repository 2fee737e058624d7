"""What a sweep leaves, or somebody put together by hand: tables, and the files in the jobs' folders."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from faultloc.errors import DataError

ACCURACIES = ("test_accuracy_before", "test_accuracy_cleaned", "test_accuracy_uncleaned")


def load_sweep_table(path: Path) -> pd.DataFrame:
    """The CSV at ``path``, every value as text: `none` is a fault's name, and `0.10` a setting as it was written.

    Raises:
        DataError: the file is missing, or is no CSV with a line of names.
    """
    if not path.is_file():
        raise DataError(f"there is no file {path}; expected a table of a sweep: run the sweep, or name its table")
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no CSV with a line of names: {' '.join(str(error).split())}") from error


def collect_times(sweep: Path, jobs: Sequence[str]) -> pd.DataFrame | None:
    """``job``, ``stage``, ``seconds`` from the `times.json` of each job's folder; None where no job has one."""
    found = list(_read_json(sweep, jobs, "times.json"))
    if not found:
        return None
    rows = [(job, stage, str(seconds)) for job, times in found for stage, seconds in times.items()]
    return pd.DataFrame(rows, columns=["job", "stage", "seconds"])


def collect_accuracies(sweep: Path, jobs: Sequence[str]) -> pd.DataFrame | None:
    """``job`` and the accuracies that the stage purify measured, as text; None where no job has run it.

    Empty where a job has none, for want of a test set.
    """
    found = list(_read_json(sweep, jobs, "results/purify/metrics.json"))
    if not found:
        return None
    rows = [(job, *(str(metrics.get(name, "")) for name in ACCURACIES)) for job, metrics in found]
    return pd.DataFrame(rows, columns=["job", *ACCURACIES])


def _read_json(sweep: Path, jobs: Sequence[str], file: str) -> Iterator[tuple[str, dict[str, object]]]:
    for job in jobs:
        # A job is a folder of the sweep; a table that names any other place is not followed.
        path = sweep / job / file
        if job in ("", "..") or Path(job).name != job or not path.is_file():
            continue
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is no JSON ({error}); run the sweep again, which writes it anew") from error
        if not isinstance(content, dict):
            raise DataError(f"{path} holds no names with values; run the sweep again, which writes it anew")
        yield job, content
