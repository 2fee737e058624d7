"""Which inputs of a pool would add most to what a suite covers: a greedy choice, with the gain of each."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from jaxtyping import Float

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.criteria.criterion import Criterion
from faultloc.methods.idc.criteria.idc import ImportanceDrivenCoverage
from faultloc.methods.idc.important_outputs import important_outputs, reached_combinations
from faultloc.methods.idc.unit_outputs import UnitOutputs


@dataclass(frozen=True)
class Addition:
    """The ``place`` of an input in the pool, how much more is covered with it, and how much then is in all."""

    place: int
    gain: int
    covered: int


@dataclass(frozen=True)
class Additions:
    """The inputs to add in their order, each with its ``gain`` beside those before it; the gains never rise.

    ``is_exhausted``: there are fewer than were asked for, since no other input of the pool would add anything.
    """

    criterion: str
    chosen: tuple[Addition, ...]
    covered_before: int
    pool: int
    is_exhausted: bool


def choose_additions(
    criterion: Criterion,
    pool: Iterable[UnitOutputs],
    count: int,
    *,
    priority: Float[np.ndarray, " input"] | None = None,
) -> Additions:
    """At most ``count`` inputs of the ``pool``, each the one that adds most to the suite and the inputs before it.

    ``criterion`` has seen the suite and is left as it is; ``pool`` is what its reader reads, in batches. Of equal gains
    the higher ``priority`` comes first, then the earlier input. Without one, importance-driven coverage, where each
    input adds one combination or none, begins with the combination that most inputs of the pool reach: what the suite
    lacks and use shows most often.

    Only inputs whose last known gain is the largest are measured again: what a set covers grows less the more it
    covers already. It holds for every criterion here that is free of order.

    Source: Minoux, "Accelerated Greedy Algorithms for Maximizing Submodular Set Functions", 1978. The greedy choice
    covers at least 63 % of what the best choice of as many inputs would add (Nemhauser, Wolsey and Fisher, 1978).

    Raises:
        ConfigError: the criterion depends on the order of samples, is not built, or ``count`` is below 1.
        DataError: the pool is empty, or there is not a priority for each of its inputs.
    """
    if not criterion.is_order_free:
        raise ConfigError(
            f"the criterion {criterion.name} depends on the order of the samples, so an input has no gain of its own; "
            "expected a criterion that is free of order, such as idc"
        )
    if count < 1:
        raise ConfigError(f"{count} inputs are to be chosen; expected 1 or more")
    batches = list(pool)
    inputs = [(batch, row) for batch in batches for row in range(len(batch))]
    if not inputs:
        raise DataError("the pool is empty; expected inputs to choose from")
    if priority is not None and len(priority) != len(inputs):
        raise DataError(f"there are {len(priority)} priorities for {len(inputs)} inputs; expected one for each")
    if priority is None and isinstance(criterion, ImportanceDrivenCoverage):
        priority = commonness(criterion, batches)
    order = np.zeros(len(inputs)) if priority is None else -priority
    # A gain that is not known yet counts as more than any.
    heap = [(-math.inf, key, place) for place, key in enumerate(order.tolist())]
    heapify(heap)
    suite = criterion.fresh().merge(criterion)
    before = covered = int(suite.compute().covered) if suite.samples else 0
    chosen: list[Addition] = []
    # At a place in the heap the gain beside the suite as it is, and not as it was before the last choice.
    known: set[int] = set()
    while heap and len(chosen) < count:
        bound, key, place = heappop(heap)
        if place in known:
            covered -= int(bound)
            chosen.append(Addition(place, -int(bound), covered))
            suite, known = _with(suite, *inputs[place]), set()
            continue
        gain = int(_with(suite, *inputs[place]).compute().covered) - covered
        if gain:
            known.add(place)
            heappush(heap, (-gain, key, place))
    return Additions(criterion.name, tuple(chosen), before, len(inputs), len(chosen) < count)


def _with(suite: Criterion, batch: UnitOutputs, row: int) -> Criterion:
    one = slice(row, row + 1)
    answers = None if batch.answers is None else batch.answers[one]
    labels = None if batch.labels is None else batch.labels[one]
    added = suite.fresh()
    added.observe(UnitOutputs(batch.layers, tuple(values[one] for values in batch.values), answers, labels))
    return added.merge(suite)


def commonness(criterion: ImportanceDrivenCoverage, pool: Sequence[UnitOutputs]) -> Float[np.ndarray, " input"]:
    """How many inputs of the ``pool`` reach the same combination as each does, itself among them."""
    reached = [tuple(row) for row in reached_combinations(criterion, important_outputs(criterion, pool)).tolist()]
    counts = Counter(reached)
    return np.array([float(counts[combination]) for combination in reached])
