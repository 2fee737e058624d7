"""The default scorer's part of the step `dfaulo`: from the evidence to a ranking, and on with verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Int

from faultloc.localization import Localization
from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.answer import ExplanationSettings, explain
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking, review_in_rounds
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory


@dataclass(frozen=True)
class DefaultScorerSettings:
    """How the evidence is weighed, what is said of it, and how verdicts are learned from."""

    scorer: ScorerSettings = field(default_factory=ScorerSettings)
    explanation: ExplanationSettings = field(default_factory=ExplanationSettings)
    verdicts: VerdictSettings = field(default_factory=VerdictSettings)


class DefaultScorer:
    """Scores the samples of ``dataset`` by ``evidence``; ``seed`` breaks ties and chooses what is presumed sound."""

    def __init__(
        self,
        dataset: LabeledDataset,
        evidence: DefaultEvidence,
        settings: DefaultScorerSettings,
        seed: int,
        *,
        allocate: Allocate = allocate_in_memory,
    ) -> None:
        self._dataset, self._evidence, self._settings, self._seed = dataset, evidence, settings, seed
        self._score: DefaultScore = score_default(evidence, settings.scorer, allocate=allocate)

    def offline(self, predicted: Int[np.ndarray, "sample"]) -> tuple[Localization, Mapping[str, object]]:
        """The suspiciousness without verdicts, and the summary of the whole set; ``predicted`` are the model's labels.

        The list is sorted by log-odds, which do not saturate as probabilities do.
        """
        found, summary = explain(self._dataset, self._evidence, self._score, predicted, self._settings.explanation)
        return replace(found, sort_key=self._score.log_odds), summary

    def online(self, review: Review, *, rounds: int, per_round: int) -> ReviewedRanking:
        """The ranking after ``rounds`` in each of which ``review`` judges the first ``per_round`` samples left."""
        ranker = VerdictRanker(self._evidence, self._score, self._settings.verdicts, streams.presumed_sound(self._seed))
        return review_in_rounds(
            ranker.refine(np.array([], dtype=np.int64), np.array([], dtype=bool)),
            review,
            ranker.refine,
            rounds=rounds,
            per_round=per_round,
            generator=streams.online_ties(self._seed),
        )
