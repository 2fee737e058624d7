"""The default scorer between files: evidence in, rankings out."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from omegaconf import DictConfig

from faultloc.io.artifacts import load_array, save_json
from faultloc.localization import Localization
from faultloc.methods.dfaulo.default_evidence import DefaultEvidence
from faultloc.methods.dfaulo.default_scorer import DefaultScore, ScorerSettings, score_default
from faultloc.methods.dfaulo.diagnosis import (
    count_faults,
    fault_kinds,
    near_duplicates,
    suggested_labels,
    worthwhile_depth,
)
from faultloc.methods.dfaulo.review_rounds import Review, ReviewedRanking, review_in_rounds
from faultloc.methods.dfaulo.verdicts import VerdictRanker, VerdictSettings
from faultloc.settings_check import check_number
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.seeding import numpy_generator


class DefaultScoring:
    """Reads `data/suffix` and ranks by it."""

    def __init__(self, params: DictConfig, train: LabeledDataset) -> None:
        self._params, self._train, settings = params, train, params.dfaulo
        check_number("dfaulo.least_yield", settings.least_yield, above=0, below=1)
        check_number("dfaulo.closeness", settings.closeness, at_least=0, below=1)
        scorer = ScorerSettings(settings.anchor_share, settings.neighbour_weight, settings.floor)
        online = dict(settings.online)
        self._rounds, self._per_round = online.pop("rounds"), online.pop("per_round")
        self._verdict_settings = VerdictSettings(**online)
        arrays = {
            field.name: load_array(Path("data/suffix") / f"{field.name}.npy")
            for field in fields(DefaultEvidence)
            if field.name != "labels"
        }
        self._evidence = DefaultEvidence(labels=train.labels, **arrays)
        self._score: DefaultScore = score_default(self._evidence, scorer)

    def offline(self) -> Localization:
        """The ranking without verdicts; writes `summary.json`."""
        train, score, evidence = self._train, self._score, self._evidence
        settings = self._params.dfaulo
        nearest = evidence.nearest[:, 0]
        twins = near_duplicates(train.labels, nearest, evidence.nearest_distance, closeness=settings.closeness)
        kinds = fault_kinds(score, twins)
        suggested, certainty = suggested_labels(score, train.labels)
        probability = score.probability
        count = count_faults(probability, score.probability_bounds)
        depth = worthwhile_depth(probability, least_yield=settings.least_yield)
        save_json(
            Path("results/dfaulo/summary.json"),
            {
                "expected_faults": count.expected,
                "expected_faults_low": count.low,
                "expected_faults_high": count.high,
                "worthwhile_depth": depth,
                "kinds": {kind: int((kinds == kind).sum()) for kind in sorted(set(kinds.tolist()) - {""})},
                "samples": len(train),
            },
        )
        columns = {
            "given_label": train.names_of(train.labels),
            "predicted_label": train.names_of(load_array(Path("data/preloss/probabilities.npy")).argmax(axis=1)),
            "kind": kinds,
            "suggested_label": train.names_of(suggested),
            "suggested_probability": certainty.round(6),
            "foreign_probability": score.foreign_probability.round(6),
            "log_odds": score.log_odds.round(6),
            "nearest_sample_id": train.sample_ids[nearest],
        }
        summary = (
            f"about {count.expected} of {len(train)} samples are faulty ({count.low} to {count.high}); "
            f"it pays to look at the first {depth}"
        )
        return Localization("sample", train.sample_ids, probability, columns, summary)

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
