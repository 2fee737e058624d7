"""The combinations that a suite does not cover and is nearest to: which sample is close, and what has to change."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.important_outputs import learnt_centres
from faultloc.methods.idc.line_clusters import nearest_centre
from faultloc.methods.idc.outward_search import Combination, combinations_outwards
from faultloc.methods.idc.unit_outputs import Unit

# Up to so many combinations are measured one by one; among more, the search goes outwards from the samples.
_FEW = 4096


@dataclass(frozen=True)
class Change:
    """A unit's output that would have to move from ``value`` to ``bound``, or, where that is above, just beyond it.

    ``scaled`` is how far that is in spreads of the unit, 0 or more. The clusters count from 0.
    """

    unit: Unit
    value: float
    bound: float
    from_cluster: int
    to_cluster: int
    scaled: float


@dataclass(frozen=True)
class NearUncovered:
    """A combination that no sample reaches, the ``sample`` (a row) that is nearest to it, and what is between them.

    ``distance`` is the sum of what the changes take, each in spreads of its unit.
    """

    combination: Combination
    sample: int
    distance: float
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Uncovered:
    """``nearest`` of ``number`` uncovered combinations, the nearest first.

    ``is_complete`` is false where the search came to its limit: those found are the nearest that there are, but there
    are fewer than were asked for.
    """

    nearest: tuple[NearUncovered, ...]
    number: int
    is_complete: bool = True


def nearest_uncovered(
    criterion: ImportanceDrivenCoverage,
    values: Float[np.ndarray, "sample unit"],
    count: int,
    *,
    limit: int = 1_000_000,
) -> Uncovered:
    """The ``count`` uncovered combinations that are nearest to being reached by a sample of the suite.

    ``values`` are the suite's ``important_outputs``; the ``criterion`` has been updated with that suite, or with more.
    A sample reaches another cluster of a unit at the mid-point between two centres. That distance counts in spreads of
    the unit: the standard deviation of its outputs in the suite, or, where the suite never changes it, that of its
    centres. The changes of all units add up. Of equally near combinations the one of the earlier sample comes first.

    Where there are more than 4,096 combinations, the search goes from the samples outwards and ends after ``limit``
    steps. What is said is about outputs of units: whether there is an input that gives them is not known.

    Raises:
        ConfigError: the criterion is not built, or ``count`` or ``limit`` is below 1.
        DataError: there are no samples, or not a column for each unit.
    """
    centres = learnt_centres(criterion)
    if count < 1 or limit < 1:
        raise ConfigError(f"{count} combinations are asked for, within {limit} steps; expected 1 or more of both")
    if not len(values) or values.shape[1] != len(criterion.units):
        raise DataError(
            f"the outputs have the shape {list(values.shape)}; expected at least one sample and a column for each of "
            f"the {len(criterion.units)} units"
        )
    of_units = [centres[unit] for unit in criterion.units]
    covered = set(criterion.combinations())
    number = math.prod(len(of_unit) for of_unit in of_units) - len(covered)
    spreads = [_spread(column, of_unit) for column, of_unit in zip(values.T, of_units, strict=True)]
    costs = [
        _costs(column, of_unit) / spread for column, of_unit, spread in zip(values.T, of_units, spreads, strict=True)
    ]
    wanted = min(count, number)
    if number + len(covered) <= _FEW:
        found = _measured(costs, covered)[:wanted]
    else:
        found = _searched(costs, covered, wanted, limit)
    nearest = [
        NearUncovered(combination, sample, *_way(criterion.units, of_units, values[sample], spreads, combination))
        for sample, combination in found
    ]
    return Uncovered(tuple(nearest), number, len(nearest) == wanted)


def _spread(outputs: Float[np.ndarray, "sample"], centres: Float[np.ndarray, "_"]) -> float:
    # One that has a single cluster is never moved, so its spread does not matter.
    return float(outputs.std()) or float(centres.std()) or 1.0


def _costs(outputs: Float[np.ndarray, "sample"], centres: Float[np.ndarray, "_"]) -> Float[np.ndarray, "sample _"]:
    """How far each output is from the range of each cluster, 0 within it."""
    edges = np.concatenate([[-np.inf], (centres[1:] + centres[:-1]) / 2, [np.inf]])
    return np.maximum(np.maximum(edges[:-1] - outputs[:, None], outputs[:, None] - edges[1:]), 0)


def _measured(
    costs: Sequence[Float[np.ndarray, "sample _"]], covered: set[Combination]
) -> list[tuple[int, Combination]]:
    found = []
    for combination in itertools.product(*(range(of_unit.shape[1]) for of_unit in costs)):
        if combination not in covered:
            distances = np.sum([of_unit[:, place] for of_unit, place in zip(costs, combination, strict=True)], axis=0)
            sample = int(distances.argmin())
            found.append((float(distances[sample]), sample, combination))
    return [(sample, combination) for _, sample, combination in sorted(found)]


def _searched(
    costs: Sequence[Float[np.ndarray, "sample _"]], covered: set[Combination], wanted: int, limit: int
) -> list[tuple[int, Combination]]:
    found: dict[Combination, int] = {}
    outwards: Iterable[tuple[float, int, Combination]] = combinations_outwards(costs)
    for _, sample, combination in itertools.islice(outwards, limit):
        if len(found) == wanted:
            break
        if combination not in covered and combination not in found:
            found[combination] = sample
    return [(sample, combination) for combination, sample in found.items()]


def _way(
    units: Sequence[Unit],
    centres: Sequence[Float[np.ndarray, "_"]],
    values: Float[np.ndarray, " unit"],
    spreads: Sequence[float],
    combination: Combination,
) -> tuple[float, tuple[Change, ...]]:
    changes = []
    for unit, of_unit, value, spread, target in zip(units, centres, values.tolist(), spreads, combination, strict=True):
        place = int(nearest_centre(np.array([value]), of_unit)[0])
        if place != target:
            low = min(target, target - 1) if target > place else target
            bound = float((of_unit[low] + of_unit[low + 1]) / 2)
            changes.append(Change(unit, value, bound, place, target, abs(bound - value) / spread))
    return math.fsum(change.scaled for change in changes), tuple(changes)
