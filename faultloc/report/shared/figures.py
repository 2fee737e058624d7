"""Curves of the result and of the training, as PNG bytes: the same numbers give the same bytes."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from faultloc.report.shared.figure_bytes import figure_bytes
from faultloc.report.shared.shown_rankings import ShownRankings
from faultloc.report.shared.theme import PRINT, Theme, drawing

ZOOM = 20  # percent: nobody inspects more, and the curves differ here
TRAINING_TITLES = {"loss": "Loss", "accuracy": "Accuracy on the labels as given"}


def discovery_panel(curves: pd.DataFrame, limit: int, theme: Theme, rankings: ShownRankings) -> bytes:
    """Faults found against samples inspected, up to ``limit`` percent of the list, without a legend."""
    with drawing(theme):
        figure = Figure(figsize=(5.4, 3.8), layout="constrained")
        _draw_discovery(figure.subplots(), curves, limit, theme, rankings)
        return figure_bytes(figure)


def discovery_figure(curves: pd.DataFrame, rankings: ShownRankings) -> bytes:
    """The first percents and the whole list side by side, with a legend; a sentence where nothing is known."""
    with drawing(PRINT):
        figure = Figure(figsize=(11, 4.9), layout="constrained")
        if curves.empty:
            figure.text(0.5, 0.5, "No ground truth is known: nothing to measure", ha="center", va="center")
            return figure_bytes(figure)
        zoomed, whole = figure.subplots(1, 2)
        _draw_discovery(zoomed, curves, ZOOM, PRINT, rankings)
        _draw_discovery(whole, curves, 100, PRINT, rankings)
        handles, labels = whole.get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="outside lower center", ncols=4, frameon=False, handlelength=3.2)
        return figure_bytes(figure)


def training_panel(curve: pd.DataFrame, column: str, theme: Theme) -> bytes:
    """The ``loss`` or the ``accuracy`` of the subject by epoch."""
    with drawing(theme):
        figure = Figure(figsize=(5.4, 3), layout="constrained")
        _draw_training(figure.subplots(), curve, column, theme)
        return figure_bytes(figure)


def training_figure(curve: pd.DataFrame) -> bytes:
    """Loss and accuracy of the subject by epoch, side by side."""
    with drawing(PRINT):
        figure = Figure(figsize=(11, 3.2), layout="constrained")
        columns = [column for column in TRAINING_TITLES if column in curve.columns]
        for axes, column in zip(figure.subplots(1, len(columns), squeeze=False).ravel(), columns, strict=True):
            _draw_training(axes, curve, column, PRINT)
        return figure_bytes(figure)


def _draw_discovery(axes: Axes, curves: pd.DataFrame, limit: int, theme: Theme, rankings: ShownRankings) -> None:
    shown, styles = curves[curves["inspected"] <= limit], rankings.curves_of(curves.columns)
    for name in rankings.drawn(curves.columns):
        style = styles[name]
        axes.plot(
            shown["inspected"],
            100 * shown[name],
            color=style.colour(theme),
            linewidth=style.width,
            linestyle=(0, style.dashes) if style.dashes else "solid",
            label=rankings.curve_title(name),
            clip_on=False,
        )
    axes.set_title("The whole list" if limit == 100 else f"The first {limit} % of the list")
    axes.set_xlabel("samples inspected")
    axes.set_ylabel("faults found")
    axes.set_xlim(0, limit)
    axes.set_ylim(0, 100)
    axes.set_xticks([limit * quarter / 4 for quarter in range(5)])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(100, decimals=0, symbol=" %"))


def _draw_training(axes: Axes, curve: pd.DataFrame, column: str, theme: Theme) -> None:
    marker = "o" if len(curve) <= 20 else ""  # a single epoch is a point, many are a line
    axes.plot(curve["epoch"], curve[column], color=theme.accent, linewidth=2, marker=marker, markersize=3.5)
    axes.set_title(TRAINING_TITLES[column])
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if column == "accuracy":
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    else:
        axes.set_ylim(bottom=0)
