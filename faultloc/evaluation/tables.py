"""Rankings from the tables that a method writes, and the table of discovery curves."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Shaped

from faultloc.errors import DataError
from faultloc.evaluation.metrics import discovery_curve, ideal_curve
from faultloc.evaluation.ranking import Ranking, rank_as_listed
from faultloc.localization import Localization
from faultloc.subject.row_order import rows_of

# Those that stand first; the baselines that are not among them follow, ablations are left out.
_ABLATION = "dfaulo_"
CURVES = (
    "dfaulo_offline",
    "dfaulo_online",
    "loss",
    "margin",
    "cleanlab_find_label_issues",
    "max_probability",
    "deep_gini",
    "entropy",
    "random",
)


def listed_ranking(listed: Localization, element_ids: Shaped[np.ndarray, "element"]) -> Ranking:
    """The elements of ``listed`` in the order in which they stand there, judged by that order alone.

    The ranking speaks of ``element_ids``, the order in which the truth is known. For a list with feedback: a reviewed
    element keeps the suspiciousness it had when it was reviewed, so that the values of different rounds cannot be
    compared.

    Raises:
        DataError: ``listed`` does not hold each of these elements once.
    """
    return rank_as_listed(_places(listed, element_ids))


def scored_ranking(listed: Localization, element_ids: Shaped[np.ndarray, "element"]) -> Ranking:
    """The elements of ``listed`` in the order in which they stand there, with their suspiciousness.

    Raises:
        DataError: ``listed`` does not hold each of these elements once.
    """
    order = _places(listed, element_ids)
    suspiciousness = np.empty(len(order))
    suspiciousness[order] = listed.suspiciousness
    return Ranking(order, suspiciousness)


def suspiciousness_columns(
    table: pd.DataFrame, sample_ids: Shaped[np.ndarray, "sample"]
) -> dict[str, Float[np.ndarray, "sample"]]:
    """Every column of ``table`` but ``sample_id``, in the order of ``sample_ids``."""
    return {str(name): _column(table, str(name), sample_ids) for name in table.columns if name != "sample_id"}


def discovery_table(rankings: Mapping[str, Ranking], is_fault: Bool[np.ndarray, "sample"]) -> pd.DataFrame:
    """The share of faults found after ``inspected`` = 0, 1, ... 100 percent, a column per ranking but for ablations."""
    others = sorted(name for name in rankings if name not in CURVES and not name.startswith(_ABLATION))
    drawn = [*(name for name in CURVES if name in rankings), *others]
    curves = {name: discovery_curve(is_fault[rankings[name].order]) for name in drawn}
    ideal = ideal_curve(len(is_fault), int(is_fault.sum()))
    return pd.DataFrame({"inspected": np.arange(101), "ideal": ideal, **curves}).round(6)


def empty_discovery_table() -> pd.DataFrame:
    """The columns without rows, for a data set of which no truth is known."""
    return pd.DataFrame(columns=["inspected", "ideal", *CURVES])


def _places(listed: Localization, element_ids: Shaped[np.ndarray, "element"]) -> Int[np.ndarray, "element"]:
    _require_rows(len(listed), len(element_ids))
    rows = rows_of(element_ids, listed.element_ids, "the table of rankings")
    places = np.empty(len(rows), dtype=np.int64)
    places[rows] = np.arange(len(rows))
    return places


def _require_rows(found: int, expected: int) -> None:
    if found != expected:
        raise DataError(
            f"the table of rankings has {found} rows, the data set {expected} samples; expected one row per sample: "
            "run `dvc repro`"
        )


def _column(table: pd.DataFrame, name: str, sample_ids: Shaped[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
    _require_rows(len(table), len(sample_ids))
    rows = rows_of(sample_ids, table["sample_id"].to_numpy(dtype=np.str_), "the table of rankings")
    return table[name].to_numpy(dtype=np.float64)[rows]
