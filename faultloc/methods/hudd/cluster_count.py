"""Into how many clusters a tree is cut."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import Float
from kneed import KneeLocator

from faultloc.errors import ConfigError

# What a person looks through in one sitting.
MOST_SHOWN = 25
# Below so many errors a cluster, clusters are too small to show what their members have in common.
_ERRORS_A_CLUSTER = 8
# Fewer have no slope of fourth order at their ends.
_POINTS = 6


def as_many_as_are_looked_through(errors: int, spread: Float[np.ndarray, "cut"] | None = None) -> int:
    """25 clusters, fewer where there would be less than 8 errors to one; at least 2.

    Cuts are nested: a cause that lies in two clusters costs a second look, two causes in one cluster hide each other.
    """
    return max(2, min(MOST_SHOWN, errors // _ERRORS_A_CLUSTER))


def knee(errors: int, spread: Float[np.ndarray, "cut"] | None) -> int:
    """Where the fourth-order gradient of the clusters' spread bends, by Kneedle.

    Without a knee (kneed finds none in a straight line, and none in three points or fewer) it is where the spread bends
    most, by its second difference.

    Source: the released code; Satopaa et al., "Finding a 'Kneedle' in a Haystack", 2011.
    Differs: without a knee the released code ends with an error.
    """
    if spread is None:
        raise ConfigError("hudd.root_causes.count is knee, which needs the distances of all pairs of errors")
    counts = np.arange(2, len(spread) + 2)
    found = None
    if len(spread) >= _POINTS:
        found = KneeLocator(counts, gradient_of_fourth_order(spread), curve="concave", direction="increasing").knee
    if found is not None:
        return int(found)
    return int(counts[1 + np.argmax(np.diff(spread, 2))]) if len(spread) >= 3 else 2


def gradient_of_fourth_order(values: Float[np.ndarray, "point"]) -> Float[np.ndarray, "point"]:
    """The slope at each of at least six points, by differences of fourth order, over a spacing of 4.

    Source: the released code, the spacing too; it divides all by 4, which moves no knee.
    """
    slope = np.empty(len(values))
    slope[2:-2] = (values[:-4] - 8 * values[1:-3] + 8 * values[3:-1] - values[4:]) / 12
    weights = np.array([-25, 48, -36, 16, -3]) / 12
    for place in (0, 1):
        end = len(values) - 1 - place
        slope[place] = weights @ values[place : place + 5]
        slope[end] = -weights @ values[end - 4 : end + 1][::-1]
    return slope / 4


Count = Callable[[int, Float[np.ndarray, "cut"] | None], int]
COUNTS: Mapping[str, Count] = MappingProxyType({"most": as_many_as_are_looked_through, "knee": knee})


def choose_count(how: str, errors: int, spread: Float[np.ndarray, "cut"] | None) -> int:
    """The number of clusters by the way called ``how``; at most the number of errors.

    Raises:
        ConfigError: there is no such way, or it needs a ``spread``.
    """
    if how not in COUNTS:
        raise ConfigError(f"hudd.root_causes.count is {how!r}; expected one of: {', '.join(COUNTS)}")
    return min(errors, COUNTS[how](errors, spread))
