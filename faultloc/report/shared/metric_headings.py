"""How the report heads, shows and explains metrics."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MetricHeading:
    """A metric's heading, whether more of it is better, whether to show it in percent, and a line for people."""

    title: str
    higher_is_better: bool
    is_share: bool
    explanation: str


METRIC_HEADINGS = {
    "rauc": MetricHeading(
        "RAUC",
        True,
        False,
        "Area under the curve of faults found, relative to the ideal list. 1 is ideal, 0.5 is chance.",
    ),
    "apfd": MetricHeading(
        "APFD", True, False, "How early faults come on average. A little below 1 is ideal, 0.5 is chance."
    ),
    "exam_first": MetricHeading("EXAM first", False, True, "Share of the list inspected until the first fault."),
    "exam_last": MetricHeading("EXAM last", False, True, "Share of the list inspected until every fault is found."),
    "exam_average": MetricHeading("EXAM avg", False, True, "Share of the list that stands before a fault, on average."),
    "auroc": MetricHeading(
        "AUROC", True, False, "Chance that a fault is ranked above a sound sample. 1 is ideal, 0.5 is chance."
    ),
    "average_precision": MetricHeading(
        "AP",
        True,
        False,
        "Average precision, how pure the top of the list is. 1 is ideal, chance is the share of faults.",
    ),
}


def metric_heading(name: str) -> MetricHeading:
    """How to head, show and explain the metric ``name``; ``pobl@5`` is the share found among the first 5 %."""
    if name.startswith("pobl@"):
        percent = name.removeprefix("pobl@")
        return MetricHeading(
            f"in\u00a0{percent}\u00a0%",
            True,
            True,
            f"Share of all faults among the first {percent} % of the list (PoBL), and so on.",
        )
    return METRIC_HEADINGS.get(name, MetricHeading(name, True, False, ""))


def percent(share: float) -> str:
    """``share`` as a percentage with at most one decimal."""
    return f"{round(100 * share, 1):g}\N{NO-BREAK SPACE}%"
