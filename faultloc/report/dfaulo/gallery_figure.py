"""The most suspicious samples on one sheet."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from faultloc.report.dfaulo.suspects import Suspect
from faultloc.report.shared.figure_bytes import figure_bytes
from faultloc.report.shared.theme import LIGHT, PRINT, drawing

COLUMNS = 10
# In inches: a picture with its two lines, the longer side of the picture, the title above all.
CELL, SIDE, HEAD = (1.15, 1.5), 0.95, 0.4
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
    width, height = CELL[0] * max(columns, 4), CELL[1] * math.ceil(len(suspects) / columns) + HEAD
    figure = Figure(figsize=(width, height))
    figure.suptitle(_title(suspects), x=0.01, y=1 - 0.08 / height, ha="left", va="top", fontsize=11)
    # One field for all pictures, measured in inches from the upper left: an axis of its own for each, laid out by
    # matplotlib, takes many times as long.
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    for place, suspect in enumerate(suspects):
        row, column = divmod(place, columns)
        _draw_suspect(axes, suspect, ((column + 0.5) * width / columns, HEAD + (row + 0.5) * CELL[1]))
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="auto")
    return figure


def _draw_suspect(axes: Axes, suspect: Suspect, middle: tuple[float, float]) -> None:
    """Draws the picture around ``middle``, in inches, its label above and the model's answer below."""
    if suspect.picture is None:
        return
    pixels = np.asarray(suspect.picture)
    high, wide = (SIDE * length / max(pixels.shape[:2]) for length in pixels.shape[:2])
    left, top = middle[0] - wide / 2, middle[1] - high / 2
    extent = (left, left + wide, top + high, top)
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest", extent=extent)
    if suspect.is_fault:
        axes.add_patch(Rectangle((left, top), wide, high, fill=False, edgecolor=LIGHT.fault, linewidth=2.5))
    axes.text(middle[0], top - 0.05, f"given {_short(suspect.given_label)}", ha="center", va="bottom", fontsize=8)
    answer = f"model {_short(suspect.predicted_label)}"
    axes.text(middle[0], top + high + 0.05, answer, ha="center", va="top", fontsize=8)


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
