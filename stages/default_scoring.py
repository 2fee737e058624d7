"""The default scorer between files: evidence in, rankings out."""

import pandas as pd
from omegaconf import DictConfig

from faultloc.io.evidence_store import load_evidence
from faultloc.io.stores.artifacts import load_array, save_json
from faultloc.io.stores.scratch import scratch_arrays
from faultloc.localization import Localization
from faultloc.methods.dfaulo.default.scoring.answer import ExplanationSettings
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings
from faultloc.methods.dfaulo.default.scoring.step import DefaultScorer, DefaultScorerSettings
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictSettings
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking
from faultloc.subject.dataset import LabeledDataset
from stages.shared import places


class DefaultScoring:
    """Reads the evidence of stage `suffix` and ranks by it."""

    def __init__(self, params: DictConfig, train: LabeledDataset) -> None:
        settings, online = params.dfaulo, dict(params.dfaulo.online)
        self._rounds, self._per_round = online.pop("rounds"), online.pop("per_round")
        # Checked before anything is read.
        chosen = DefaultScorerSettings(
            ScorerSettings(
                anchor_share=settings.anchor_share,
                neighbour_weight=settings.neighbour_weight,
                input_weight=settings.input_weight,
                record_weight=settings.record_weight,
                floor=settings.floor,
            ),
            ExplanationSettings(settings.least_yield, settings.closeness),
            VerdictSettings(**online),
        )
        self._scorer = DefaultScorer(
            train, load_evidence(places.SUFFIX, train), chosen, params.seed, allocate=scratch_arrays(places.DFAULO)
        )

    def offline(self) -> Localization:
        """The ranking without verdicts; writes `summary.json`."""
        predicted = load_array(places.TRAIN_PREDICTIONS / "probabilities.npy").argmax(axis=1)
        localization, summary = self._scorer.offline(predicted)
        save_json(places.DFAULO / "summary.json", summary)
        return localization

    def tables(self) -> dict[str, pd.DataFrame]:
        """No further tables."""
        return {}

    def online(self, review: Review) -> ReviewedRanking:
        """The ranking after the rounds of verdicts."""
        return self._scorer.online(review, rounds=self._rounds, per_round=self._per_round)
