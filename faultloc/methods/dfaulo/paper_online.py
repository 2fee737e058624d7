"""The paper's online loop: a person's verdicts on the top of the list re-rank the rest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.methods.dfaulo.features import MutantEvidence, feature_vectors
from faultloc.methods.dfaulo.paper_scorer import apply_regression, fit_regression, most_suspicious_first
from faultloc.methods.dfaulo.seed_set import SeedSet
from faultloc.settings_check import check_number

Review = Callable[[Int[np.ndarray, "reviewed"]], Bool[np.ndarray, "reviewed"]]


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


def rank_with_verdicts(
    evidence: MutantEvidence,
    offline: Float[np.ndarray, "sample"],
    seed_set: SeedSet,
    review: Review,
    *,
    rounds: int,
    per_round: int,
    inverse_regularisation: float,
    generator: np.random.Generator,
) -> ReviewedRanking:
    """The ranking after ``rounds`` in which ``review`` judged the first ``per_round`` samples that were left.

    ``review`` gives True for the samples that are faulty. After each round a regression is fitted to all verdicts so
    far, and to nothing else; it re-ranks what is left.

    Source: Yin et al. 2023, section 3.4, and the authors' code.
    Differs: while all verdicts agree, the missing side is borrowed from ``seed_set``, not looked up among samples
    that nobody has judged.
    """
    check_number("dfaulo.online.rounds", rounds, at_least=0, whole=True)
    check_number("dfaulo.online.per_round", per_round, at_least=1, whole=True)
    suspiciousness = offline.copy()
    round_of = np.zeros(len(evidence), dtype=np.int64)
    verdicts = np.zeros(len(evidence), dtype=bool)
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
            features, is_faulty = _training_set(evidence.select(reviewed), verdicts[reviewed], seed_set)
            regression = fit_regression(features, is_faulty, inverse_regularisation)
            suspiciousness[remaining] = apply_regression(regression, evidence, remaining)
            remaining = remaining[most_suspicious_first(suspiciousness[remaining], generator)]
    return ReviewedRanking(np.concatenate([reviewed, remaining]), suspiciousness, round_of, verdicts)


def _training_set(
    reviewed: MutantEvidence, verdicts: Bool[np.ndarray, "reviewed"], seed_set: SeedSet
) -> tuple[Float[np.ndarray, "row feature"], Bool[np.ndarray, "row"]]:
    features = feature_vectors(reviewed)
    if verdicts.any() and not verdicts.all():
        return features, verdicts
    borrowed = np.flatnonzero(seed_set.is_faulty != verdicts[0])[:1]
    return (
        np.concatenate([features, feature_vectors(seed_set.evidence.select(borrowed))]),
        np.concatenate([verdicts, seed_set.is_faulty[borrowed]]),
    )
