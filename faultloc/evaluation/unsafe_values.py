"""RQ2 of HUDD: do clusters lie where the parameters of their inputs are known to be unsafe?

Source: Fahmy et al., "Supporting Deep Neural Network Safety Analysis and Retraining Through Heatmap-Based Unsupervised
Learning", IEEE Transactions on Reliability 2021, RQ2: a cluster whose inputs are alike in a parameter (its variance
reduced by more than half) should have a mean near one of the values at which the model is expected to fail, such as a
gaze at the border of two classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from faultloc.errors import DataError
from faultloc.evaluation.variance_reduction import HIGH, OUTLIER, reduce_variances


@dataclass(frozen=True)
class UnsafeValues:
    """The ranges of a parameter that are unsafe, each from its lowest to its highest value, both inside; either may be
    infinite. With a ``period`` (360 for degrees) the parameter goes round, and so do the ranges: 5 is in 350 to 370.

    Raises:
        DataError: there is no range, or one ends before it begins.
    """

    ranges: Sequence[tuple[float | int, float | int]]
    period: float | int | None = None

    def __post_init__(self) -> None:
        if not self.ranges or not all(lowest <= highest for lowest, highest in self.ranges):
            raise DataError(f"the unsafe ranges are {list(self.ranges)}; expected some, each from low to high")

    @classmethod
    def near(
        cls, values: Sequence[float | int], margin: float | int, period: float | int | None = None
    ) -> "UnsafeValues":
        """Everything at most ``margin`` away from one of ``values``."""
        return cls([(value - margin, value + margin) for value in values], period)

    def contains(self, value: float | int) -> bool:
        """Whether ``value`` is in one of the ranges; NaN is in none."""
        if self.period is None:
            return any(lowest <= value <= highest for lowest, highest in self.ranges)
        return any((value - lowest) % self.period <= highest - lowest for lowest, highest in self.ranges)


def mean_value(values: Float[np.ndarray, "member"], period: float | int | None) -> float:
    """The mean of the values that are not NaN; with a ``period`` their circular mean, in [0, period). NaN of none, and
    where values that go round have no direction in common."""
    applicable = values[~np.isnan(values)]
    if not len(applicable):
        return float("nan")
    if period is None:
        return float(applicable.mean())
    direction = np.exp(2j * np.pi * applicable / period).mean()
    return float(np.angle(direction) % (2 * np.pi) / (2 * np.pi) * period) if abs(direction) > 1e-9 else float("nan")


def find_unsafe_clusters(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    cluster: Int[np.ndarray, "error"],
    unsafe: Mapping[str, UnsafeValues],
) -> pd.DataFrame:
    """A row for each cluster and parameter of ``unsafe`` whose variance the cluster reduces by more than half.

    The columns are `cluster`, `parameter`, `reduction`, `mean`, and `is_unsafe`: whether the mean is an unsafe value.

    Raises:
        DataError: a parameter of ``unsafe`` is not known of the errors.
    """
    for name in unsafe:
        if name not in parameters:
            raise DataError(
                f"the parameter {name} has unsafe values and is not known of the errors; expected one of "
                f"{', '.join(parameters) or 'none, since there are no parameters'}"
            )
    named = {name: parameters[name] for name in unsafe}
    periods = {name: values.period for name, values in unsafe.items() if values.period is not None}
    reductions = reduce_variances(named, cluster, periods)
    rows = [
        (number, name, reductions.loc[number, name], mean_value(named[name][cluster == number], unsafe[name].period))
        for number in reductions.index
        for name in named
        if reductions.loc[number, name] > HIGH
    ]
    table = pd.DataFrame(rows, columns=["cluster", "parameter", "reduction", "mean"])
    is_unsafe = [unsafe[name].contains(mean) for name, mean in zip(table["parameter"], table["mean"], strict=True)]
    return table.assign(is_unsafe=np.array(is_unsafe, dtype=bool))


def share_unsafe(table: pd.DataFrame) -> float:
    """Of the clusters in ``table`` the share with a parameter whose mean is unsafe; in [0, 1], NaN without clusters."""
    if not len(table):
        return float("nan")
    return float(table.groupby("cluster")["is_unsafe"].any().mean())


def share_unsafe_permuted(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    cluster: Int[np.ndarray, "error"],
    unsafe: Mapping[str, UnsafeValues],
    repeats: int,
    rng: np.random.Generator,
) -> float:
    """The mean of ``share_unsafe`` over ``repeats`` groupings by chance with clusters of the same sizes, over those
    that have any cluster to say it of: what the figure is worth. NaN where none has."""
    permuted, inside, shares = cluster.copy(), cluster != OUTLIER, []
    for _ in range(repeats):
        permuted[inside] = rng.permutation(cluster[inside])
        shares.append(share_unsafe(find_unsafe_clusters(parameters, permuted, unsafe)))
    known = [share for share in shares if not np.isnan(share)]
    return float(np.mean(known)) if known else float("nan")
