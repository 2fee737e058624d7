"""From posteriors to words: what is wrong with a sample, which label fits, how many faults there are, where to stop."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore
from faultloc.subject.blocks import blocks_of_rows

# Below this probability nothing is suspected; from here to one half the given label is likelier, but not clearly.
_SUSPECTED = 0.25
# Of a 95 % interval of a normal distribution.
_DEVIATIONS = 1.96


@dataclass(frozen=True)
class FaultCount:
    """How many samples are faulty: the expected number and a 95 % interval; all whole numbers."""

    expected: int
    low: int
    high: int


def fault_kinds(score: DefaultScore, has_twin_elsewhere: Bool[np.ndarray, "sample"]) -> Shaped[np.ndarray, "sample"]:
    """The kind of each sample's suspected fault, or the empty string where none is suspected.

    Foreign input or wrong label, whichever is likelier; ambiguous where the given label is likelier than a wrong one,
    but not clearly; near-duplicate with another label where that is so and ``has_twin_elsewhere``.
    """
    probability, foreign = score.probability, score.foreign_probability
    is_open = (probability >= _SUSPECTED) & (probability < 0.5)
    # Numbers until the end: each step on the words themselves would take 132 bytes a sample.
    names = np.array(["", WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS, NEAR_DUPLICATE])
    kinds = np.where(foreign > probability / 2, 2, np.where(is_open, 3, 1)).astype(np.int8)
    kinds[has_twin_elsewhere & (kinds != 2)] = 4
    kinds[probability < _SUSPECTED] = 0
    return names[kinds]


def suggested_labels(
    score: DefaultScore, labels: Int[np.ndarray, "sample"]
) -> tuple[Int[np.ndarray, "sample"], Float[np.ndarray, "sample"]]:
    """The likeliest label other than the given one, and its probability should the given one be wrong, in [0, 1]."""
    suggested, certainty = np.empty(len(labels), np.int64), np.empty(len(labels))
    for rows in blocks_of_rows(*score.class_probabilities.shape):
        others, places = score.class_probabilities[rows].copy(), np.arange(rows.stop - rows.start)
        others[places, labels[rows]] = 0
        suggested[rows] = others.argmax(axis=1)
        total = np.maximum(others.sum(axis=1), np.finfo(np.float64).tiny)
        certainty[rows] = others[places, suggested[rows]] / total
    return suggested, certainty


def count_faults(
    probability: Float[np.ndarray, "sample"], bounds: tuple[Float[np.ndarray, "sample"], Float[np.ndarray, "sample"]]
) -> FaultCount:
    """The sum of the probabilities, and an interval around it.

    ``bounds`` are the probabilities from two other sets of opinions (of mutants that were shown the samples, and of
    those that were not): they say how far the opinions themselves may be off. Chance comes on top.
    """
    sums = [float(probability.sum()), *(float(bound.sum()) for bound in bounds)]
    deviation = _DEVIATIONS * float(np.sqrt((probability * (1 - probability)).sum()))
    low, high = max(0.0, min(sums) - deviation), min(float(len(probability)), max(sums) + deviation)
    return FaultCount(round(sums[0]), int(np.floor(low)), int(np.ceil(high)))


def worthwhile_depth(probability: Float[np.ndarray, "sample"], *, least_yield: float) -> int:
    """How many samples it pays to look at: those whose own chance of being faulty is ``least_yield`` or more."""
    return int((probability >= least_yield).sum())


def near_duplicates(
    labels: Int[np.ndarray, "sample"],
    nearest: Int[np.ndarray, "sample"],
    distance: Float[np.ndarray, "sample"],
    *,
    closeness: float,
) -> Bool[np.ndarray, "sample"]:
    """Whether the ``nearest`` other sample is all but the same and carries another label.

    All but the same: at a ``distance`` of at most ``closeness`` times the median one.
    """
    return (distance <= closeness * np.median(distance)) & (labels != labels[nearest])
