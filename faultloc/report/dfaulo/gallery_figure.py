"""The most suspicious samples on one sheet."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle

from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.figure_bytes import figure_bytes
from faultloc.report.shared.theme import LIGHT, PRINT, drawing

COLUMNS = 10
TEXTS = 25  # rows of texts on the sheet; the page shows all of them in full


def gallery_figure(suspects: Sequence[Suspect]) -> bytes:
    """A sheet of pictures with their labels, or of shortened texts, as PNG bytes."""
    with drawing(PRINT):
        return figure_bytes(draw_gallery(suspects))


def draw_gallery(suspects: Sequence[Suspect]) -> Figure:
    """The sheet as a figure."""
    with drawing(PRINT):
        if not suspects:
            figure = Figure(figsize=(6, 1))
            figure.text(0.5, 0.5, "No samples", ha="center", va="center")
            return figure
        return _sheet_of_texts(suspects[:TEXTS]) if suspects[0].picture is None else _sheet_of_pictures(suspects)


def _sheet_of_pictures(suspects: Sequence[Suspect]) -> Figure:
    columns = min(COLUMNS, len(suspects))
    rows = math.ceil(len(suspects) / columns)
    spacing = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.02)
    figure = Figure(figsize=(1.15 * max(columns, 4), 1.5 * rows + 0.4), layout=spacing)
    figure.suptitle(_title(suspects), x=0.01, ha="left", fontsize=11)
    for axes in figure.subplots(rows, columns, squeeze=False).ravel():
        axes.axis("off")
    for axes, suspect in zip(figure.axes, suspects, strict=False):
        _draw_suspect(axes, suspect)
    return figure


def _draw_suspect(axes: Axes, suspect: Suspect) -> None:
    if suspect.picture is not None:
        axes.imshow(suspect.picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    if suspect.is_fault:
        axes.add_patch(
            Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor=LIGHT.fault, linewidth=2.5)
        )
    axes.set_title(f"given {_short(suspect.given_label)}", fontsize=8, loc="center", pad=3)
    axes.text(
        0.5,
        -0.05,
        f"model {_short(suspect.predicted_label)}",
        transform=axes.transAxes,
        ha="center",
        va="top",
        fontsize=8,
    )


def _sheet_of_texts(suspects: Sequence[Suspect]) -> Figure:
    height = 0.36 * len(suspects) + 0.7
    figure = Figure(figsize=(11.5, height))
    figure.text(0.015, 1 - 0.3 / height, _title(suspects), fontsize=11, va="center")
    for row, suspect in enumerate(suspects):
        y = 1 - (0.7 + 0.36 * row) / height
        colour = LIGHT.fault if suspect.is_fault else LIGHT.ink
        mark = "●" if suspect.is_fault else " "
        figure.text(0.015, y, mark, fontsize=9, color=colour, va="center")
        figure.text(0.03, y, _short(suspect.given_label, 16), fontsize=9, color=colour, va="center")
        figure.text(0.15, y, f"model {_short(suspect.predicted_label, 16)}", fontsize=9, color=LIGHT.soft, va="center")
        figure.text(0.31, y, _short(" ".join(suspect.text.split()), 108), fontsize=9, va="center")
    return figure


def _title(suspects: Sequence[Suspect]) -> str:
    if suspects[0].truth is None:
        return f"The {len(suspects)} most suspicious samples"
    faults = sum(suspect.is_fault for suspect in suspects)
    return f"The {len(suspects)} most suspicious samples, {faults} of them faults (marked)"


def _short(text: str, length: int = 11) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
