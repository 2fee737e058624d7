"""What the report calls things: rankings, metrics, faults."""

from dataclasses import dataclass

RANKING_TITLES = {
    "dfaulo_offline": "DFauLo offline",
    "dfaulo_online": "DFauLo online (with feedback)",
    "loss": "cross-entropy loss",
    "squared_error": "squared error",
    "margin": "logit margin",
    "self_confidence": "self-confidence",
    "max_probability": "max. softmax probability",
    "deep_gini": "DeepGini",
    "entropy": "entropy",
    "aum": "AUM (area under the margin)",
    "neighbour_votes": "neighbours' votes, features",
    "simifeat": "SimiFeat votes, softmax",
    "mc_dropout": "MC dropout, variance",
    "deep_state": "DeepState change rate",
    "ncnv": "NCNV",
    "isolation_inputs": "isolation forest, inputs",
    "isolation_features": "isolation forest, features",
    "random": "random",
    "cleanlab_find_label_issues": "cleanlab find_label_issues",
    "cleanlab_self_confidence": "cleanlab self-confidence",
    "cleanlab_normalized_margin": "cleanlab normalized margin",
    "cleanlab_confidence_weighted_entropy": "cleanlab weighted entropy",
    # On cross-validated probabilities.
    "cv_cleanlab_find_label_issues": "cleanlab CV find_label_issues",
    "cv_cleanlab_self_confidence": "cleanlab CV self-confidence",
    "cv_cleanlab_normalized_margin": "cleanlab CV normalized margin",
    "cv_cleanlab_confidence_weighted_entropy": "cleanlab CV weighted entropy",
}
MAIN_RANKINGS = ("dfaulo_online", "dfaulo_offline")

FAULT_WORDS = {
    "random_label": "label changed",
    "specific_label": "label changed",
    "random_data": "input replaced",
    "specific_data": "input replaced",
    "given": "known fault",
}


@dataclass(frozen=True)
class MetricWording:
    """A metric's heading, whether more of it is better, whether to show it in percent, and a line for people."""

    title: str
    higher_is_better: bool
    is_share: bool
    explanation: str


METRIC_WORDINGS = {
    "rauc": MetricWording(
        "RAUC",
        True,
        False,
        "Area under the curve of faults found, relative to the ideal list. 1 is ideal, 0.5 is chance.",
    ),
    "apfd": MetricWording(
        "APFD", True, False, "How early faults come on average. A little below 1 is ideal, 0.5 is chance."
    ),
    "exam_first": MetricWording("EXAM first", False, True, "Share of the list inspected until the first fault."),
    "exam_last": MetricWording("EXAM last", False, True, "Share of the list inspected until every fault is found."),
    "exam_average": MetricWording("EXAM avg", False, True, "Share of the list that stands before a fault, on average."),
    "auroc": MetricWording(
        "AUROC", True, False, "Chance that a fault is ranked above a sound sample. 1 is ideal, 0.5 is chance."
    ),
    "average_precision": MetricWording(
        "AP",
        True,
        False,
        "Average precision, how pure the top of the list is. 1 is ideal, chance is the share of faults.",
    ),
}


def ranking_title(name: str) -> str:
    """What people call the ranking ``name``; an ablation is named by the layers it keeps."""
    if name not in RANKING_TITLES and name.startswith("dfaulo_"):
        return f"{name.removeprefix('dfaulo_').replace('+', ' + ')} only"
    return RANKING_TITLES.get(name, name)


def metric_wording(name: str) -> MetricWording:
    """How to head, show and explain the metric ``name``; ``pobl@5`` is the share found among the first 5 %."""
    if name.startswith("pobl@"):
        percent = name.removeprefix("pobl@")
        return MetricWording(
            f"in\u00a0{percent}\u00a0%",
            True,
            True,
            f"Share of all faults among the first {percent} % of the list (PoBL), and so on.",
        )
    return METRIC_WORDINGS.get(name, MetricWording(name, True, False, ""))


def fault_words(kind: str) -> str:
    """The fault ``kind`` in words."""
    return FAULT_WORDS.get(kind, kind.replace("_", " "))


def percent(share: float) -> str:
    """``share`` as a percentage with at most one decimal."""
    return f"{round(100 * share, 1):g}\N{NO-BREAK SPACE}%"
