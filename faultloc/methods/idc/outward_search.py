"""Combinations in the order of their distance from samples, best first, without a list of all that there are."""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

import numpy as np
from jaxtyping import Float

Combination = tuple[int, ...]
# For each unit the place of a cluster among all its clusters, ordered by what it takes to reach them.
_Levels = tuple[int, ...]


def combinations_outwards(
    costs: Sequence[Float[np.ndarray, "sample _"]],
) -> Iterator[tuple[float, int, Combination]]:
    """Every combination from every sample, as (distance, sample, combination), the nearest first.

    ``costs`` holds for each unit what it takes to bring it into each of its clusters: 0 for the one where it is, and
    nowhere less. The distance is their sum, but for rounding. A combination comes once for each sample.

    Differs: the usual search for the smallest sums pushes a neighbour for every unit. Here units stand in the order of
    their first step, and a choice is followed by one more step of the last unit moved, by the first step of the next
    unit beside it, and by that step instead of it: each choice comes once, none before a nearer one, three to a step.
    """
    heap = [(0.0, sample, -1, (0,) * len(costs)) for sample in range(len(costs[0]) if costs else 0)]
    heapify(heap)
    steps: dict[int, _Steps] = {}
    while heap:
        distance, sample, last, levels = heappop(heap)
        if sample not in steps:
            steps[sample] = _Steps(costs, sample)
        yield distance, sample, steps[sample].combination(levels)
        for farther, moved, following in steps[sample].following(last, levels):
            heappush(heap, (distance + farther, sample, moved, following))


class _Steps:
    """What each step of each unit takes for one sample."""

    def __init__(self, costs: Sequence[Float[np.ndarray, "sample _"]], sample: int) -> None:
        orders = [np.argsort(of_unit[sample], kind="stable") for of_unit in costs]
        self._clusters = [order.tolist() for order in orders]
        self._costs = [of_unit[sample][order].tolist() for of_unit, order in zip(costs, orders, strict=True)]
        movable = [unit for unit, clusters in enumerate(self._clusters) if len(clusters) > 1]
        self._units = sorted(movable, key=lambda unit: self._costs[unit][1])

    def combination(self, levels: _Levels) -> Combination:
        return tuple(clusters[level] for clusters, level in zip(self._clusters, levels, strict=True))

    def following(self, last: int, levels: _Levels) -> Iterator[tuple[float, int, _Levels]]:
        """What it takes more, the place of the unit that was moved, and the levels; ``last`` was moved before."""
        if last >= 0:
            unit = self._units[last]
            level, costs = levels[unit], self._costs[unit]
            if level + 1 < len(costs):
                yield costs[level + 1] - costs[level], last, _with(levels, unit, level + 1)
        if last + 1 < len(self._units):
            beside = self._units[last + 1]
            first = self._costs[beside][1]
            yield first, last + 1, _with(levels, beside, 1)
            if last >= 0 and level == 1:
                yield first - costs[1], last + 1, _with(_with(levels, unit, 0), beside, 1)


def _with(levels: _Levels, unit: int, level: int) -> _Levels:
    return (*levels[:unit], level, *levels[unit + 1 :])
