"""Rankings compared: rows are rankings, columns are metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.shown_rankings import ShownRankings

Metrics = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Cell:
    """A value as shown, and whether nothing in its column is better."""

    text: str
    is_best: bool


@dataclass(frozen=True)
class ComparisonRow:
    """One ranking with a cell for each metric."""

    name: str
    title: str
    cells: Sequence[Cell]


def metric_names(metrics: Metrics) -> list[str]:
    """The metrics in the order of the columns: shares found by rising effort, then the rest from the whole list."""
    names = {name for values in metrics.values() for name in values}
    shares = sorted((name for name in names if name.startswith("pobl@")), key=lambda name: float(name[5:]))
    known = ("rauc", "apfd", "exam_first", "exam_last", "exam_average", "auroc", "average_precision")
    return [*shares, *(name for name in known if name in names), *sorted(names - {*shares, *known})]


def compare(
    metrics: Metrics, names: Sequence[str], columns: Sequence[str], rankings: ShownRankings
) -> list[ComparisonRow]:
    """A row for each of the rankings ``names`` with the ``columns``; best is judged among these rows, as shown."""
    best = {}
    for column in columns:
        values = [_rounded(column, metrics[name][column]) for name in names if column in metrics[name]]
        if not values:  # no such ranking, as the ablations of a scorer that has none
            continue
        best[column] = (max if metric_heading(column).higher_is_better else min)(values)
    return [
        ComparisonRow(
            name, rankings.title(name), [_cell(metrics[name].get(column), column, best) for column in columns]
        )
        for name in names
    ]


def _cell(value: float | None, column: str, best: Mapping[str, float]) -> Cell:
    if value is None:
        return Cell("", False)
    shown = _rounded(column, value)
    text = f"{100 * shown:.1f}" if metric_heading(column).is_share else f"{shown:.4f}"
    return Cell(text, shown == best[column])


def _rounded(column: str, value: float) -> float:
    """``value`` to the digits that are shown, so that what looks equal is equally best."""
    return round(value, 3 if metric_heading(column).is_share else 4)
