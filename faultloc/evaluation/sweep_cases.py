"""The columns of a sweep's tables: which are settings, which are metrics, and what the case of a row is called."""

import math

import numpy as np
import pandas as pd

from faultloc.errors import DataError

# What a case is always named by; other settings only where they vary.
SUBJECT = ("experiment", "dataset", "model", "fault")
# The groups of the configuration, of which an option can be chosen.
GROUPS = (*SUBJECT, "train", "outlier", "activation", "mutation", "suffix", "dfaulo", "peers", "evaluate", "purify")
METRICS = ("rauc", "apfd", "exam_first", "exam_last", "exam_average", "auroc", "average_precision")
# What the value of a setting is called that a row does not give.
UNSET = "default"


def is_setting(column: str) -> bool:
    """True for a group of the configuration and for a dotted key, without the seed."""
    return column in GROUPS or ("." in column and not is_metric(column))  # pobl@0.5 has a dot too


def is_metric(column: str) -> bool:
    """True for what a ranking is measured by."""
    return column.startswith("pobl@") or column in METRICS


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
        number = float(value)
    except ValueError:
        number = math.nan
    return (1, number, value) if math.isfinite(number) else (2, 0.0, value)
