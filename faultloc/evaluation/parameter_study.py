"""RQ1 and RQ2 of HUDD together, each beside what clusters by chance reach."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from faultloc.evaluation.known_parameters import KnownParameters
from faultloc.evaluation.unsafe_values import find_unsafe_clusters, share_unsafe, share_unsafe_permuted
from faultloc.evaluation.variance_reduction import (
    ReductionFigures,
    compare_with_permuted,
    largest_reductions,
    reduce_variances,
)

# Groupings by chance of which the mean is taken.
PERMUTATIONS = 100
_CHANCE = 0


@dataclass(frozen=True)
class ParameterStudy:
    """``reductions``: a row a cluster, from 1, a column a parameter.

    ``figures`` are RQ1's, ``permuted`` those by chance. ``unsafe``: a row for each cluster and parameter with
    unsafe values that is alike there, with its mean. ``share_unsafe`` of these clusters lie at an unsafe value,
    ``share_unsafe_permuted`` by chance; NaN where there is none.
    """

    reductions: pd.DataFrame
    figures: ReductionFigures
    permuted: ReductionFigures
    unsafe: pd.DataFrame
    share_unsafe: float
    share_unsafe_permuted: float

    @property
    def largest(self) -> pd.DataFrame:
        """Of each cluster the parameter that is reduced most, and by how much."""
        return largest_reductions(self.reductions)

    def numbers(self) -> dict[str, float | None]:
        """The figures by name, for a table of metrics; None where there is none."""
        named = {
            "reduced_by_half": self.figures.share_high,
            "reduced_by_half_permuted": self.permuted.share_high,
            "mean_largest_reduction": self.figures.mean_best,
            "mean_largest_reduction_permuted": self.permuted.mean_best,
            "unsafe_clusters": self.share_unsafe,
            "unsafe_clusters_permuted": self.share_unsafe_permuted,
        }
        return {name: None if np.isnan(value) else value for name, value in named.items()}


def study_parameters(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    cluster: Int[np.ndarray, "error"],
    known: KnownParameters,
    *,
    permutations: int = PERMUTATIONS,
) -> ParameterStudy:
    """What ``parameters`` of the errors, by name, say of the clusters, numbered from 0 (-1 for an outlier).

    The same clusters by chance are drawn at every call, so that whoever asks gets the same figures.

    Raises:
        DataError: a parameter of known unsafe values is not among them, or has not one value for each error.
    """
    rng = np.random.default_rng(_CHANCE)
    figures, permuted = compare_with_permuted(parameters, cluster, known.periods, permutations, rng)
    unsafe = find_unsafe_clusters(parameters, cluster, known.unsafe)
    reductions = reduce_variances(parameters, cluster, known.periods)
    return ParameterStudy(
        reductions.set_axis(reductions.index + 1).rename_axis("cluster"),
        figures,
        permuted,
        unsafe.assign(cluster=unsafe["cluster"] + 1),
        share_unsafe(unsafe),
        share_unsafe_permuted(parameters, cluster, known.unsafe, permutations, rng),
    )
