"""Which parameters are unusual in a cluster of errors: a shift where the variance reduction of HUDD is blind.

A cluster of turned digits has no bar before any of them: the size of the bar is always 0 there, its variance is reduced
by all of it, and the reduction of the angle, which is to either side, is below 0. What tells such a cluster is that its
angles are not those of other samples, however they spread.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from faultloc.errors import DataError
from faultloc.evaluation.variance_reduction import OUTLIER


def shift_parameters(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    cluster: Int[np.ndarray, "error"],
    usual: Mapping[str, Float[np.ndarray, "_"]],
) -> pd.DataFrame:
    """The shift of every parameter (a column) in every cluster (a row, by its number); in [0, 1], 0 is not unusual.

    ``parameters`` are those of the errors, ``usual`` those of the samples that they are compared with, such as the ones
    that the model answers rightly. ``largest_reductions`` and ``share_right`` take this table, too.

    Raises:
        DataError: a parameter has not one value for each error, or is not known of the usual samples.
    """
    numbers = [int(number) for number in np.unique(cluster) if number != OUTLIER]
    columns = {}
    for name, values in parameters.items():
        if len(values) != len(cluster) or not len(usual.get(name, ())):
            raise DataError(
                f"there are {len(cluster)} errors, {len(values)} values of their parameter {name} and "
                f"{len(usual.get(name, ()))} of the samples to compare with; expected one for each error, and some"
            )
        columns[name] = [distribution_distance(values[cluster == number], usual[name]) for number in numbers]
    return pd.DataFrame(columns, index=pd.Index(numbers, name="cluster"), dtype=np.float64)


def distribution_distance(first: Float[np.ndarray, "member"], second: Float[np.ndarray, "sample"]) -> float:
    """The largest difference of the shares that lie at or below any value; in [0, 1]. NaN, which does not apply, counts
    as the lowest value, so that to apply more often is a difference too.

    Source: the statistic of Kolmogorov and Smirnov, for two samples.
    """
    lower, higher = (np.sort(np.where(np.isnan(values), -np.inf, values)) for values in (first, second))
    places = np.concatenate([lower, higher])
    shares = [np.searchsorted(values, places, side="right") / len(values) for values in (lower, higher)]
    return float(np.abs(shares[0] - shares[1]).max())
