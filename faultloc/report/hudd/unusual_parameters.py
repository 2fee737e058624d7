"""Which known parameters of the samples are unusual in a cluster, in words."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from faultloc.evaluation.parameter_shifts import shift_parameters
from faultloc.report.shared.metric_headings import percent

# How sure one must be of all that is said together, and how far a shift must go to be worth a word.
_CHANCE, _SHIFT = 0.01, 0.5
_MOST = 3


def unusual_parameters(
    parameters: Mapping[str, Float[np.ndarray, "_"]],
    places: Int[np.ndarray, "error"],
    cluster: Int[np.ndarray, "error"],
    correct: Int[np.ndarray, "sound"],
) -> dict[int, Sequence[str]]:
    """Of each cluster, by its number from 1, the parameters whose values there are not those of the sound samples.

    ``parameters`` are those of a split, ``places`` the errors in it with their ``cluster`` (-1 for an outlier),
    ``correct`` the sound samples. A shift is told where it is 0.5 or more, of 1, and would come by chance in no more
    than one such table of a hundred (Kolmogorov and Smirnov's bound, divided by the comparisons); the largest first.
    """
    numbers = np.unique(cluster[cluster >= 0])
    if not parameters or not len(correct) or not len(numbers):
        return {}
    of_errors = {name: values[places] for name, values in parameters.items()}
    usual = {name: values[correct] for name, values in parameters.items()}
    shifts = shift_parameters(of_errors, cluster, usual)
    comparisons = shifts.size
    said: dict[int, Sequence[str]] = {}
    for number, row in shifts.iterrows():
        members = cluster == number
        size = np.count_nonzero(members)
        bound = math.sqrt(-math.log(_CHANCE / comparisons / 2) / 2 * (1 / size + 1 / len(correct)))
        far = row[row >= max(_SHIFT, bound)].sort_values(ascending=False, kind="stable").head(_MOST)
        said[int(str(number)) + 1] = [
            f"{name}: {_range(of_errors[str(name)][members])} (of right samples: {_range(usual[str(name)])})"
            for name in far.index
        ]
    return said


def _range(values: Float[np.ndarray, "member"]) -> str:
    """Where the middle half of the values lies, and how many have one."""
    known = values[~np.isnan(values)]
    if not len(known):
        return "does not apply"
    low, high = np.quantile(known, [0.25, 0.75])
    where = f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
    return (
        where
        if len(known) == len(values)
        else f"{where}, where it applies, in {percent(len(known) / len(values))} of them"
    )
