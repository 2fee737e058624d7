"""The default scorer between files: evidence in, rankings out."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from omegaconf import DictConfig

from faultloc.io.artifacts import load_array, save_json
from faultloc.io.evidence_store import load_evidence
from faultloc.io.scratch import scratch_arrays
from faultloc.localization import Localization
from faultloc.methods.dfaulo.default.scoring.answer import DiagnosisSettings, diagnose
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking, review_in_rounds
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator


class DefaultScoring:
    """Reads `data/suffix` and ranks by it."""

    def __init__(self, params: DictConfig, train: LabeledDataset) -> None:
        self._params, self._train, settings = params, train, params.dfaulo
        self._diagnosis = DiagnosisSettings(settings.least_yield, settings.closeness)
        scorer = ScorerSettings(settings.anchor_share, settings.neighbour_weight, settings.floor)
        online = dict(settings.online)
        self._rounds, self._per_round = online.pop("rounds"), online.pop("per_round")
        self._verdict_settings = VerdictSettings(**online)
        self._evidence = load_evidence(Path("data/suffix"), train)
        self._score: DefaultScore = score_default(
            self._evidence, scorer, allocate=scratch_arrays(Path("results/dfaulo"))
        )

    def offline(self) -> Localization:
        """The ranking without verdicts; writes `summary.json`."""
        predicted = load_array(Path("data/preloss/probabilities.npy")).argmax(axis=1)
        localization, summary = diagnose(self._train, self._evidence, self._score, predicted, self._diagnosis)
        save_json(Path("results/dfaulo/summary.json"), summary)
        return localization

    @property
    def sort_key(self) -> Float[np.ndarray, "sample"]:
        """What sorts the list: log-odds, which do not saturate as probabilities do."""
        return self._score.log_odds

    def tables(self) -> dict[str, pd.DataFrame]:
        """No further tables."""
        return {}

    def online(self, review: Review) -> ReviewedRanking:
        """The ranking after the rounds of verdicts."""
        seed = self._params.seed
        generator = numpy_generator(seed, "dfaulo", "presumed sound")
        ranker = VerdictRanker(self._evidence, self._score, self._verdict_settings, generator)
        return review_in_rounds(
            ranker.refine(np.array([], dtype=np.int64), np.array([], dtype=bool)),
            review,
            ranker.refine,
            rounds=self._rounds,
            per_round=self._per_round,
            generator=numpy_generator(seed, "dfaulo", "online ties"),
        )
