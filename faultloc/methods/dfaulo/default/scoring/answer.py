"""The default scorer's answer in full: one row a sample for the list, and the counts for the whole set."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from faultloc.fault_estimate import FaultEstimate
from faultloc.kinds import ALL_KINDS
from faultloc.localization import Localization
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.explanation import (
    count_faults,
    fault_kinds,
    near_duplicates,
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

    ``predicted`` are the model's own labels. The summary has the entries of a ``FaultEstimate``, ``kinds`` (how many of
    each) and ``samples``.
    """
    nearest, labels, probability = evidence.nearest[:, 0], dataset.labels, score.probability
    twins = near_duplicates(labels, nearest, evidence.nearest_distance, closeness=settings.closeness)
    kinds = fault_kinds(score, twins)
    suggested, certainty = suggested_labels(score, labels)
    count = count_faults(probability, score.probability_bounds)
    depth = worthwhile_depth(probability, least_yield=settings.least_yield)
    summary: dict[str, object] = {
        **FaultEstimate(count.expected, count.low, count.high, depth).as_summary(),
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
    words = (
        f"about {count.expected} of {len(dataset)} samples are faulty ({count.low} to {count.high}); "
        f"it pays to look at the first {depth}"
    )
    return Localization("sample", dataset.sample_ids, probability, about, why, words), summary
