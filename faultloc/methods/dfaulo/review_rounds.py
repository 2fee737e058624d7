"""Rounds of verdicts: a person judges the top of the list, and the verdicts re-rank the rest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.localization import most_suspicious_first
from faultloc.settings_check import check_number

# Gives True for those of the samples that are faulty.
Review = Callable[[Int[np.ndarray, "reviewed"]], Bool[np.ndarray, "reviewed"]]
# From the samples judged so far and their verdicts, the suspiciousness of all samples.
Refine = Callable[[Int[np.ndarray, "reviewed"], Bool[np.ndarray, "reviewed"]], Float[np.ndarray, "sample"]]


@dataclass(frozen=True)
class ReviewedRanking:
    """The list after the last round: the reviewed samples as they were reviewed, then the rest.

    ``suspiciousness`` is that of the time of the review, so it need not fall along ``order``. ``round_of`` is 0 for
    samples that nobody reviewed; ``verdicts`` are False for them.
    """

    order: Int[np.ndarray, "sample"]
    suspiciousness: Float[np.ndarray, "sample"]
    round_of: Int[np.ndarray, "sample"]
    verdicts: Bool[np.ndarray, "sample"]


def review_in_rounds(
    offline: Float[np.ndarray, "sample"],
    review: Review,
    refine: Refine,
    *,
    rounds: int,
    per_round: int,
    generator: np.random.Generator,
) -> ReviewedRanking:
    """The ranking after ``rounds`` in which ``review`` judged the first ``per_round`` samples that were left.

    After each round ``refine`` gives the suspiciousness that re-ranks what is left.
    """
    check_number("dfaulo.online.rounds", rounds, at_least=0, whole=True)
    check_number("dfaulo.online.per_round", per_round, at_least=1, whole=True)
    suspiciousness = offline.copy()
    round_of = np.zeros(len(offline), dtype=np.int64)
    verdicts = np.zeros(len(offline), dtype=bool)
    reviewed = np.array([], dtype=np.int64)
    remaining = most_suspicious_first(offline, generator)
    for current in range(1, rounds + 1):
        judged, remaining = remaining[:per_round], remaining[per_round:]
        if not len(judged):
            break
        verdicts[judged] = review(judged)
        round_of[judged] = current
        reviewed = np.concatenate([reviewed, judged])
        if len(remaining):
            suspiciousness[remaining] = refine(reviewed, verdicts[reviewed])[remaining]
            remaining = rank_remaining(suspiciousness, remaining, generator)
    return ReviewedRanking(np.concatenate([reviewed, remaining]), suspiciousness, round_of, verdicts)


def rank_remaining(
    suspiciousness: Float[np.ndarray, "sample"], remaining: Int[np.ndarray, "remaining"], generator: np.random.Generator
) -> Int[np.ndarray, "remaining"]:
    """The samples ``remaining``, of which nobody has judged any, the most suspicious first, ties in random order."""
    return remaining[most_suspicious_first(suspiciousness[remaining], generator)]
