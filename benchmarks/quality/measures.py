"""What a ranking is worth: quality beside the peers, calibration, kinds, labels, and the loop of verdicts."""

from dataclasses import fields

import numpy as np
from omegaconf import OmegaConf

from benchmarks.quality.cache import REPOSITORY
from faultloc.evaluation.metrics import rauc, share_found
from faultloc.kinds import FOREIGN_INPUT, WRONG_LABEL
from faultloc.localization import most_suspicious_first
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.count import estimate_faults, find_standing
from faultloc.methods.dfaulo.default.scoring.explanation import (
    fault_kinds,
    near_duplicates,
    neighbours_vote,
    suggested_labels,
)
from faultloc.methods.dfaulo.default.scoring.posterior import DefaultScore, ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import review_in_rounds

SETTINGS = OmegaConf.load(REPOSITORY / "conf/dfaulo/default.yaml")
# Verdicts on this share of the samples, so many a round.
REVIEWED, PER_ROUND = 0.05, 100


def worth(suspiciousness: np.ndarray, is_fault: np.ndarray) -> tuple[float, float, float]:
    """RAUC, PoBL@5%, PoBL@10%, ties in random order."""
    order = most_suspicious_first(suspiciousness.astype(np.float64), np.random.default_rng(0))
    return worth_of_order(is_fault[order])


def worth_of_order(ordered: np.ndarray) -> tuple[float, float, float]:
    """The same of a list."""
    return rauc(ordered), share_found(ordered, 0.05), share_found(ordered, 0.10)


def evidence_of(arrays: dict[str, np.ndarray]) -> DefaultEvidence:
    """The evidence among ``arrays``, without what was not gathered."""
    return DefaultEvidence(
        **{field.name: arrays[field.name] for field in fields(DefaultEvidence) if field.name in arrays}
    )


def scored(arrays: dict[str, np.ndarray]) -> tuple[DefaultEvidence, DefaultScore]:
    """The scorer's answer, with the pipeline's own settings."""
    evidence = evidence_of(arrays)
    return evidence, score_default(evidence, scorer_settings())


def scorer_settings() -> ScorerSettings:
    """The pipeline's own settings of the scorer."""
    return ScorerSettings(**{field.name: SETTINGS[field.name] for field in fields(ScorerSettings)})


def calibration_error(probability: np.ndarray, is_fault: np.ndarray, bins: int = 15) -> float:
    """The expected calibration error over bins of equal width; in [0, 1], lower is better."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.abs(np.bincount(place, probability, bins) - np.bincount(place, is_fault, bins))
    return float(gaps.sum() / len(probability))


def measure(arrays: dict[str, np.ndarray]) -> dict[str, float]:
    """All figures of the default scorer on one subject."""
    evidence, score = scored(arrays)
    is_fault, probability = arrays["kinds"] != "", score.probability
    count = estimate_faults(score, evidence, find_standing(evidence, probability, arrays["predicted"]), depth=1)
    expected = np.nan if count.expected is None else count.expected
    figures: dict[str, float] = {"estimated": expected, "low": count.low, "high": count.high}
    figures |= {"faults": int(is_fault.sum()), "samples": len(is_fault)}
    if not is_fault.any():
        return figures
    names = ("RAUC", "PoBL@5%", "PoBL@10%")
    figures |= dict(zip(names, worth(score.log_odds, is_fault), strict=True))
    figures["ECE"] = calibration_error(probability, is_fault)
    figures |= _explanation(evidence, score, arrays)
    after, left = _with_verdicts(evidence, score, is_fault)
    figures |= dict(zip((f"{name} with verdicts" for name in names), after, strict=True))
    return figures | left


def _explanation(evidence: DefaultEvidence, score: DefaultScore, arrays: dict[str, np.ndarray]) -> dict[str, float]:
    # Of the faults among the first 5 %.
    labels, kinds = evidence.labels, arrays["kinds"]
    order = np.argsort(-score.log_odds, kind="stable")
    found = np.zeros(len(labels), bool)
    found[order[: int(np.ceil(0.05 * len(labels)))]] = True
    found &= kinds != ""
    is_foreign = np.isin(kinds, ("random_data", "specific_data"))
    nearest = evidence.nearest[:, 0]
    twins = near_duplicates(labels, nearest, evidence.nearest_distance, closeness=SETTINGS.closeness)
    _, is_outvoted, is_upheld = neighbours_vote(evidence.neighbours, evidence.unseen, labels)
    said = fault_kinds(score, twins, is_outvoted, is_upheld)
    right = said == np.where(is_foreign, FOREIGN_INPUT, WRONG_LABEL)
    figures = {"kind right": float(right[found].mean()) if found.any() else np.nan}
    figures |= {"foreign": int(is_foreign.sum()), "called foreign": int((said == FOREIGN_INPUT).sum())}
    figures["of them foreign"] = int(is_foreign[said == FOREIGN_INPUT].sum())
    wrong_label = found & ~is_foreign
    if wrong_label.any():
        suggested, _ = suggested_labels(score, labels)
        figures["suggestion right"] = float((suggested == arrays["true_labels"])[wrong_label].mean())
    return figures


def _with_verdicts(
    evidence: DefaultEvidence, score: DefaultScore, is_fault: np.ndarray
) -> tuple[tuple[float, float, float], dict[str, float]]:
    online = OmegaConf.to_container(SETTINGS.online)
    del online["rounds"], online["per_round"]
    ranker = VerdictRanker(evidence, score, VerdictSettings(**online), np.random.default_rng(0))
    rounds = int(np.ceil(REVIEWED * len(is_fault) / PER_ROUND))
    nothing = np.array([], dtype=np.int64), np.array([], dtype=bool)
    reviewed = review_in_rounds(
        ranker.refine(*nothing),
        lambda judged: is_fault[judged],
        ranker.refine,
        rounds=rounds,
        per_round=min(PER_ROUND, int(np.ceil(REVIEWED * len(is_fault)))),
        generator=np.random.default_rng(0),
    )
    seen = np.flatnonzero(reviewed.round_of)
    left = {
        "left, estimated": ranker.expected_left(seen, is_fault[seen]),
        "left": float(is_fault.sum() - is_fault[seen].sum()),
    }
    return worth_of_order(is_fault[reviewed.order]), left
