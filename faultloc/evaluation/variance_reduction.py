"""RQ1 of HUDD: do the errors of a cluster have something in common, in the parameters that their inputs were made with?

For a parameter p and a cluster C, VR = 1 - var(p | C) / var(p | all errors in clusters): 1 where p is the same in all
of the cluster, 0 where it varies as among all errors, below 0 where it varies more. Of an angle the variance is the
circular one, 1 - |mean of exp(i p)|.

The figure is saturated: clusters made by chance reach it too, the more the smaller they are and the more parameters
there are. It is never to be told without that of permuted clusters, which `compare_with_permuted` puts beside it.

Source: Fahmy et al., "Supporting Deep Neural Network Safety Analysis and Retraining Through Heatmap-Based Unsupervised
Learning", IEEE Transactions on Reliability 2021, RQ1.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from faultloc.errors import DataError

OUTLIER = -1
# A reduction of more than this counts as something in common. Source: the same.
HIGH = 0.5
# The variance of one value is 0 whatever a method does.
_FEWEST_VALUES = 2

# The period of each parameter that is an angle or otherwise goes round: 360 for degrees.
Periods = Mapping[str, float | int]


@dataclass(frozen=True)
class ReductionFigures:
    """Over all clusters for which a reduction can be said.

    ``share_high``: the share with a parameter that is reduced by more than `HIGH`; ``mean_best``: the mean of each
    cluster's largest reduction; ``mean``: over all clusters and parameters. NaN where there is no such cluster.
    """

    share_high: float
    mean_best: float
    mean: float


def reduce_variances(
    parameters: Mapping[str, Float[np.ndarray, "_"]], cluster: Int[np.ndarray, "error"], periods: Periods
) -> pd.DataFrame:
    """VR of every cluster (a row, by its number) and parameter (a column).

    ``cluster`` is that of each error, -1 for an outlier, which is left out of all variances. NaN values of a parameter
    do not apply and are left out; VR is NaN where fewer than two values are left in a cluster, or the parameter does
    not vary among all errors.

    Raises:
        DataError: a parameter has not one value for each error.
    """
    numbers = [int(number) for number in np.unique(cluster) if number != OUTLIER]
    columns = {}
    for name, values in parameters.items():
        if len(values) != len(cluster):
            raise DataError(
                f"there are {len(cluster)} errors and {len(values)} values of the parameter {name}; expected one each"
            )
        period = periods.get(name)
        whole = variance(values[cluster != OUTLIER], period)
        inside = np.array([variance(values[cluster == number], period) for number in numbers])
        columns[name] = 1 - inside / whole if whole > 0 else np.full(len(numbers), np.nan)
    return pd.DataFrame(columns, index=pd.Index(numbers, name="cluster"), dtype=np.float64)


def variance(values: Float[np.ndarray, "member"], period: float | int | None) -> float:
    """The variance of the values that are not NaN: of the population, or the circular one, in [0, 1], with a
    ``period``; NaN of fewer than two."""
    applicable = values[~np.isnan(values)]
    if len(applicable) < _FEWEST_VALUES:
        return float("nan")
    if period is None:
        return float(np.var(applicable))
    return float(1 - np.abs(np.exp(2j * np.pi * applicable / period).mean()))


def largest_reductions(reductions: pd.DataFrame) -> pd.DataFrame:
    """Of each cluster the parameter with the largest VR, and that VR; clusters without any VR are left out."""
    kept = reductions.dropna(how="all")
    if not len(kept):
        return pd.DataFrame({"parameter": pd.Series(dtype=str), "reduction": pd.Series(dtype=np.float64)})
    return pd.DataFrame({"parameter": kept.idxmax(axis=1), "reduction": kept.max(axis=1)})


def share_right(reductions: pd.DataFrame, right: Mapping[int, Collection[str]]) -> float:
    """The share of the clusters in ``right`` whose parameter with the largest VR is one of those named there, such as
    those that the cluster's planted cause changes; in [0, 1], NaN without clusters. One without any VR is wrong."""
    largest = largest_reductions(reductions)["parameter"]
    hits = [number in largest.index and largest[number] in names for number, names in right.items()]
    return float(np.mean(hits)) if hits else float("nan")


def summarise_reductions(reductions: pd.DataFrame) -> ReductionFigures:
    """The figures of RQ1."""
    best = largest_reductions(reductions)["reduction"].to_numpy(dtype=np.float64)
    if not len(best):
        return ReductionFigures(float("nan"), float("nan"), float("nan"))
    every = reductions.to_numpy(dtype=np.float64)
    return ReductionFigures(float((best > HIGH).mean()), float(best.mean()), float(np.nanmean(every)))


def compare_with_permuted(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    cluster: Int[np.ndarray, "error"],
    periods: Periods,
    repeats: int,
    rng: np.random.Generator,
) -> tuple[ReductionFigures, ReductionFigures]:
    """The figures of the clusters, and their means over ``repeats`` groupings by chance of the same errors, with
    clusters of the same sizes. Outliers stay outliers, so that both are about the same variance of all errors."""
    own = summarise_reductions(reduce_variances(parameters, cluster, periods))
    permuted, inside, rounds = cluster.copy(), cluster != OUTLIER, []
    for _ in range(repeats):
        permuted[inside] = rng.permutation(cluster[inside])
        rounds.append(asdict(summarise_reductions(reduce_variances(parameters, permuted, periods))))
    means = {name: float(np.mean([figures[name] for figures in rounds])) for name in asdict(own)}
    return own, ReductionFigures(**means)
