"""From posteriors to words: what is wrong with a sample, which label fits, where to stop."""

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from faultloc.kinds import AMBIGUOUS, FOREIGN_INPUT, NEAR_DUPLICATE, WRONG_LABEL
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore
from faultloc.subject.blocks import blocks_of_rows

# Below this probability nothing is suspected; from here to one half the given label is likelier, but not clearly.
_SUSPECTED = 0.25
# More of the neighbours' say than this is agreement.
_MAJORITY = 0.5


def fault_kinds(
    score: DefaultScore,
    has_twin_elsewhere: Bool[np.ndarray, "sample"],
    is_outvoted: Bool[np.ndarray, "sample"],
    is_upheld: Bool[np.ndarray, "sample"],
) -> Shaped[np.ndarray, "sample"]:
    """The kind of each sample's suspected fault, or the empty string where none is suspected.

    Foreign input or wrong label, whichever is likelier, and a wrong label where the sample ``is_outvoted``: what lies
    amid one class belongs there. Ambiguous instead of foreign where the given label ``is_upheld``; ambiguous, too,
    where the given label is likelier than a wrong one, but not clearly; near-duplicate with another label where that is
    so and ``has_twin_elsewhere``. Where most samples seem foreign, the mutants know too little to say so of any: these
    are ambiguous.
    """
    probability, foreign = score.probability, score.foreign_probability
    is_open = (probability >= _SUSPECTED) & (probability < 0.5)
    # Numbers until the end, and then words that all samples share: one of its own would take 132 bytes a sample.
    names = np.array(["", WRONG_LABEL, FOREIGN_INPUT, AMBIGUOUS, NEAR_DUPLICATE], dtype=object)
    is_foreign = (foreign > probability / 2) & ~is_outvoted
    kinds = np.where(is_foreign, 2, np.where(is_open, 3, 1)).astype(np.int8)
    kinds[is_foreign & is_upheld] = 3
    kinds[has_twin_elsewhere & (kinds != 2)] = 4
    kinds[probability < _SUSPECTED] = 0
    if (kinds == 2).sum() > len(kinds) / 2:
        kinds[kinds == 2] = 3
    return names[kinds]


def neighbours_vote(
    neighbours: Float[np.ndarray, "sample class"],
    unseen: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
) -> tuple[Int[np.ndarray, "sample"], Bool[np.ndarray, "sample"], Bool[np.ndarray, "sample"]]:
    """The likeliest label around each sample; whether it has most of the say there and is another than the given one;
    and whether it has, is the given one, and the mutants that were not shown the sample (``unseen``) say it, too."""
    voted, share = np.empty(len(labels), np.int64), np.empty(len(labels))
    for rows in blocks_of_rows(*neighbours.shape):
        voted[rows] = neighbours[rows].argmax(axis=1)
        share[rows] = neighbours[rows].max(axis=1)
    is_majority, is_given = share > _MAJORITY, voted == labels
    return voted, is_majority & ~is_given, is_majority & is_given & (unseen.argmax(axis=1) == labels)


def suggested_labels(
    score: DefaultScore, labels: Int[np.ndarray, "sample"], *, instead: Int[np.ndarray, "sample"] | None = None
) -> tuple[Int[np.ndarray, "sample"], Float[np.ndarray, "sample"]]:
    """The likeliest label other than the given one, and its probability should the given one be wrong, in [0, 1].

    ``instead`` is another suggestion where it is 0 or above.
    """
    suggested, certainty = np.empty(len(labels), np.int64), np.empty(len(labels))
    for rows in blocks_of_rows(*score.class_probabilities.shape):
        others, places = score.class_probabilities[rows].copy(), np.arange(rows.stop - rows.start)
        others[places, labels[rows]] = 0
        suggested[rows] = others.argmax(axis=1)
        if instead is not None:
            suggested[rows] = np.where(instead[rows] >= 0, instead[rows], suggested[rows])
        total = np.maximum(others.sum(axis=1), np.finfo(np.float64).tiny)
        certainty[rows] = others[places, suggested[rows]] / total
    return suggested, certainty


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
