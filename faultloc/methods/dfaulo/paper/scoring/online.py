"""The paper's online loop: a person's verdicts on the top of the list re-rank the rest."""

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence, feature_vectors
from faultloc.methods.dfaulo.paper.scoring.offline import apply_regression, fit_regression
from faultloc.methods.dfaulo.paper.scoring.seed_set import SeedSet
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking, review_in_rounds


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

    def refine(
        reviewed: Int[np.ndarray, "reviewed"], verdicts: Bool[np.ndarray, "reviewed"]
    ) -> Float[np.ndarray, "sample"]:
        features, is_faulty = _training_set(evidence.select(reviewed), verdicts, seed_set)
        regression = fit_regression(features, is_faulty, inverse_regularisation)
        return apply_regression(regression, evidence, np.arange(len(evidence)))

    return review_in_rounds(offline, review, refine, rounds=rounds, per_round=per_round, generator=generator)


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
