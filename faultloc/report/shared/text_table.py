"""The comparison for a terminal."""

from collections.abc import Sequence

from faultloc.report.shared.comparison import Metrics, compare, metric_names
from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.shown_rankings import ShownRankings

WIDTH = 100  # characters
LEFT_OUT = ("exam_first", "exam_last", "average_precision")  # the page has them


def text_table(metrics: Metrics, rankings: ShownRankings) -> str:
    """``rankings`` by their main metrics, at most 100 characters wide, each column's best with a star."""
    if not metrics:
        return "No ground truth is known, so no ranking can be judged: look at the gallery.\n"
    columns = [name for name in metric_names(metrics) if name not in LEFT_OUT]
    headings = [metric_heading(name).title.replace("\u00a0", " ") for name in columns]
    rows = compare(metrics, rankings.ordered(metrics), columns, rankings)
    margin = max(len(row.title) for row in rows)
    widths = [max(8, len(heading) + 2) for heading in headings]
    while margin + sum(widths) > WIDTH:
        widths.pop()  # many inspected shares: the page has them all
    lines = [_line("faults found, in %", headings, margin, widths)]
    for row in rows:
        lines.append(
            _line(row.title, [f"{cell.text}{'*' if cell.is_best else ' '}" for cell in row.cells], margin, widths)
        )
    return "\n".join([*lines, "", "* best of its column; less is better for EXAM, more for all others"]) + "\n"


def _line(title: str, cells: Sequence[str], margin: int, widths: Sequence[int]) -> str:
    # As many cells as there are widths.
    return (
        title.ljust(margin) + "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=False))
    ).rstrip()
