"""The causes on one sheet: a row a cause."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from faultloc.report.hudd.sentences import labels_in_words
from faultloc.report.hudd.shown_cause import OUTLIERS, ShownCause
from faultloc.report.shared.counted import counted
from faultloc.report.shared.overlay import lay_over
from faultloc.report.shared.theme import PRINT, drawing


def draw_sheet(causes: Sequence[ShownCause]) -> Figure:
    """A row a cause: its size and its commonest labels, its mean heatmap on its medoid, its errors, medoid first."""
    with drawing(PRINT):
        rows = max(1, len(causes))
        columns = 2 + max((len(cause.errors) for cause in causes), default=0)
        figure = Figure(figsize=(1.05 * columns + 1.2, 1.3 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, width_ratios=[2.2] + [1] * (columns - 1))
        for axes in grid.ravel():
            axes.axis("off")
        for line, cause in zip(grid, causes, strict=False):
            _draw_cause(line.tolist(), cause)
        return figure


def _draw_cause(line: Sequence[Axes], cause: ShownCause) -> None:
    title = "apart" if cause.number == OUTLIERS else f"cause {cause.number}"
    (given, _), (predicted, _) = cause.given[0], cause.predicted[0]
    shares = (cause.predicted_purity, cause.pair_share)
    labels = labels_in_words(_short(given), cause.given_purity, _short(predicted), *shares)
    line[0].text(0, 0.5, f"{title}\n{counted(cause.size, 'error')}\n{labels}", va="center", fontsize=8)
    medoid = cause.errors[0].picture
    if medoid is not None and cause.overlay is not None:
        line[1].imshow(lay_over(medoid, cause.overlay))
    for axes, error in zip(line[2:], cause.errors, strict=False):
        if error.picture is not None:
            axes.imshow(error.picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_title(f"{_short(error.given_label, 7)} → {_short(error.predicted_label, 7)}", fontsize=6, pad=2)


def _short(text: str, length: int = 12) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
