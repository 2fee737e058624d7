"""A ranking of all samples, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.evaluation import metrics
from faultloc.evaluation.detection import auroc, average_precision
from faultloc.localization import most_suspicious_first


@dataclass(frozen=True)
class Ranking:
    """A list of all samples by their indices, the most suspicious first, and what it was sorted by.

    ``suspiciousness`` stands in the order of the data set, not of the list; any real number, higher is worse.
    """

    order: Int[np.ndarray, "sample"]
    suspiciousness: Float[np.ndarray, "sample"]


def rank_by_suspiciousness(suspiciousness: Float[np.ndarray, "sample"], generator: np.random.Generator) -> Ranking:
    """The samples sorted by falling ``suspiciousness``, ties in random order.

    Raises:
        DataError: a value is not a number.
    """
    return Ranking(most_suspicious_first(suspiciousness, generator), suspiciousness)


def rank_as_listed(order: Int[np.ndarray, "sample"]) -> Ranking:
    """The list as it is; its suspiciousness falls from n - 1 to 0 along it."""
    suspiciousness = np.empty(len(order))
    suspiciousness[order] = np.arange(len(order))[::-1]
    return Ranking(order, suspiciousness)


def assess_ranking(
    ranking: Ranking, is_fault: Bool[np.ndarray, "sample"], inspected: Sequence[float]
) -> dict[str, float]:
    """All metrics of ``ranking`` by name, rounded to six digits; ``pobl@5`` for an inspected share of 0.05.

    ``is_fault`` is in the order of the data set and holds faults as well as sound samples.
    """
    ordered_faults = is_fault[ranking.order]
    values = {f"pobl@{100 * share:g}": metrics.share_found(ordered_faults, share) for share in inspected}
    values |= {
        "rauc": metrics.rauc(ordered_faults),
        "apfd": metrics.apfd(ordered_faults),
        "exam_first": metrics.exam_first(ordered_faults),
        "exam_last": metrics.exam_last(ordered_faults),
        "exam_average": metrics.exam_average(ordered_faults),
        "auroc": auroc(is_fault, ranking.suspiciousness),
        "average_precision": average_precision(is_fault, ranking.suspiciousness),
    }
    return {name: round(value, 6) for name, value in values.items()}
