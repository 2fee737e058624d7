"""Our rankings beside the others, case by case over the seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from faultloc.evaluation.significance import OUTCOMES, compare_groups
from faultloc.evaluation.sweep_results import SweepResults, is_higher_better


def summarize_repetitions(results: SweepResults, rankings: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """A row per metric, case and ranking: ``mean``, ``sd`` (NaN for one seed) and the number of ``repetitions``."""
    rows = [
        {"metric": metric, "case": case, "ranking": ranking, **_mean_and_spread(results, case, ranking, metric)}
        for metric in metrics
        for case in results.cases
        for ranking in rankings
    ]
    return pd.DataFrame(rows, columns=["metric", "case", "ranking", "mean", "sd", "repetitions"])


def compare_rankings(
    results: SweepResults, ours: Sequence[str], others: Sequence[str], metrics: Sequence[str]
) -> pd.DataFrame:
    """A row per metric, case, one of ``ours`` and one of ``others``: ``p``, ``delta`` and the ``outcome`` for ours.

    ``delta`` is positive where ours is better, also for metrics of which less is better.
    """
    rows = []
    for metric in metrics:
        higher = is_higher_better(metric)
        for case in results.cases:
            values = {name: results.repetitions(case, name, metric) for name in {*ours, *others}}
            for mine in ours:
                for other in others:
                    found = compare_groups(values[mine], values[other], higher_is_better=higher)
                    rows.append((metric, case, mine, other, found.p, found.delta, found.outcome))
    return pd.DataFrame(rows, columns=["metric", "case", "ours", "other", "p", "delta", "outcome"])


def count_outcomes(comparisons: pd.DataFrame) -> pd.DataFrame:
    """A row per metric, one of ours and another: in how many cases each of ``OUTCOMES`` was the answer."""
    keys = ["metric", "ours", "other"]
    counts = comparisons.groupby([*keys, "outcome"], sort=False).size().unstack("outcome", fill_value=0)
    return counts.reindex(columns=list(OUTCOMES), fill_value=0).reset_index().rename_axis(columns=None)


def _mean_and_spread(results: SweepResults, case: str, ranking: str, metric: str) -> dict[str, float]:
    values = results.repetitions(case, ranking, metric)
    return {
        "mean": float(values.mean()) if len(values) else np.nan,
        "sd": float(values.std(ddof=1)) if len(values) > 1 else np.nan,
        "repetitions": len(values),
    }
