"""The default scorer's answer in full: one row a sample for the list, and the counts for the whole set."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from faultloc.kinds import ALL_KINDS
from faultloc.localization import Localization
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.count import estimate_faults, find_standing
from faultloc.methods.dfaulo.default.scoring.explanation import (
    fault_kinds,
    near_duplicates,
    neighbours_vote,
    suggested_labels,
    worthwhile_depth,
)
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore
from faultloc.settings_check import check_number
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class ExplanationSettings:
    """What is said of a score: it pays to look at samples whose probability is ``least_yield`` or more.

    Near-duplicates are at most ``closeness`` times the median distance between nearest samples apart.
    """

    least_yield: float | int = 0.1
    closeness: float | int = 0.1

    def __post_init__(self) -> None:
        check_number("dfaulo.least_yield", self.least_yield, above=0, below=1)
        check_number("dfaulo.closeness", self.closeness, at_least=0, below=1)


def explain(
    dataset: LabeledDataset,
    evidence: DefaultEvidence,
    score: DefaultScore,
    predicted: Int[np.ndarray, "sample"],
    settings: ExplanationSettings,
) -> tuple[Localization, dict[str, object]]:
    """What ``score`` says of each sample of ``dataset``, in words and numbers, and a summary with the counts.

    ``predicted`` are the model's own labels. Of a sample that seems foreign amid one other class the suggested label is
    that class; a label on which its neighbours and the mutants that were not shown it agree speaks against a foreign
    input. The summary has the entries of a ``FaultEstimate``, ``kinds`` (how many of
    each) and ``samples``.
    """
    nearest, labels, probability = evidence.nearest[:, 0], dataset.labels, score.probability
    twins = near_duplicates(labels, nearest, evidence.nearest_distance, closeness=settings.closeness)
    voted, is_outvoted, is_upheld = neighbours_vote(evidence.neighbours, evidence.unseen, labels)
    kinds = fault_kinds(score, twins, is_outvoted, is_upheld)
    seems_foreign = is_outvoted & (score.foreign_probability > probability / 2)
    suggested, certainty = suggested_labels(score, labels, instead=np.where(seems_foreign, voted, -1))
    estimate = estimate_faults(
        score,
        evidence,
        find_standing(evidence, probability, predicted),
        depth=worthwhile_depth(probability, least_yield=settings.least_yield),
    )
    summary: dict[str, object] = {
        **estimate.as_summary(),
        "kinds": {kind: int((kinds == kind).sum()) for kind in sorted(ALL_KINDS) if (kinds == kind).any()},
        "samples": len(dataset),
    }
    about = {"given_label": dataset.names_of(labels), "predicted_label": dataset.names_of(predicted)}
    why = {
        "kind": kinds,
        "suggested_label": dataset.names_of(suggested),
        "suggested_probability": certainty.round(6),
        "foreign_probability": score.foreign_probability.round(6),
        "log_odds": score.log_odds.round(6),
        "nearest_sample_id": dataset.sample_ids[nearest],
    }
    words = f"{estimate.count_words(len(dataset))}; {estimate.advice(len(dataset))}"
    return Localization("sample", dataset.sample_ids, probability, about, why, words), summary
