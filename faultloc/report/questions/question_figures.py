"""Figures of the research questions, as PNG and PDF: the same numbers give the same bytes."""

import io
import math
from collections.abc import Mapping

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from faultloc.evaluation.sweep_cases import natural_order
from faultloc.report.dfaulo.rankings import RANKINGS
from faultloc.report.shared.figure_bytes import figure_bytes
from faultloc.report.shared.metric_headings import metric_heading
from faultloc.report.shared.theme import PRINT, drawing

_ACROSS = 3  # panels
# Okabe and Ito's hues and greys between them, with hatches, so that no stage is known by its colour alone.
_HUES = ("#0072b2", "#d55e00", "#009e73", "#b58900", "#a9569a", "#5b646d")
_HATCHES = ("", "////", "....", "xx")


def sensitivity_figure(followed: pd.DataFrame, setting: str, metric: str) -> Mapping[str, bytes]:
    """The metric along the setting, a panel for each ``rest``; the band is one standard deviation to either side.

    The bytes by kind of file. ``followed`` are the rows of one metric.
    """
    panels = list(followed.groupby("rest", sort=False))
    across = min(_ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    with drawing(PRINT):
        figure = Figure(figsize=(1 + 3.6 * across, 0.8 + 2.8 * down), layout="constrained")
        axes = list(figure.subplots(down, across, squeeze=False, sharey=True).flat)
        for panel, (rest, rows) in zip(axes, panels, strict=False):
            _draw_sensitivity(panel, rows, setting, metric)
            panel.set_title(str(rest), fontsize=9)
        for spare in axes[len(panels) :]:
            spare.set_visible(False)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        return _figure_files(figure)


def cost_figure(seconds: pd.DataFrame) -> Mapping[str, bytes]:
    """Stacked bars of seconds, a bar a case and a part a stage; the bytes by kind of file.

    ``seconds`` has a row per case and a column per stage, NaN where no job ran it.
    """
    with drawing(PRINT):
        figure = Figure(figsize=(8, 1.8 + 0.34 * len(seconds)), layout="constrained")
        axes = figure.subplots()
        places, left = range(len(seconds)), [0.0] * len(seconds)
        for number, stage in enumerate(seconds.columns):
            widths = [0.0 if value != value else value for value in seconds[stage].tolist()]
            axes.barh(
                places,
                widths,
                left=left,
                height=0.7,
                label=str(stage),
                color=_HUES[number % len(_HUES)],
                edgecolor=PRINT.paper,
                hatch=_HATCHES[number // len(_HUES) % len(_HATCHES)],
                linewidth=0.5,
            )
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axes.set_yticks(places, [str(case) for case in seconds.index])
        axes.invert_yaxis()
        axes.set_xlabel("seconds")
        axes.grid(False, axis="y")
        axes.set_axisbelow(True)
        figure.legend(loc="outside lower center", ncols=6, frameon=False)
        return _figure_files(figure)


def _draw_sensitivity(axes: Axes, rows: pd.DataFrame, setting: str, metric: str) -> None:
    scale = 100 if metric_heading(metric).is_share else 1
    values = sorted(dict.fromkeys(rows["value"]), key=natural_order)
    are_numbers = all(natural_order(value)[0] == 1 for value in values)
    place = {value: natural_order(value)[1] if are_numbers else number for number, value in enumerate(values)}
    for ranking, group in rows.groupby("ranking", sort=False):
        style = RANKINGS.curves[str(ranking)]
        points = group.assign(place=group["value"].map(place)).sort_values("place")
        colour, mean, sd = style.colour(PRINT), scale * points["mean"], scale * points["sd"].fillna(0.0)
        axes.fill_between(points["place"], mean - sd, mean + sd, color=colour, alpha=0.18, linewidth=0)
        # The two are drawn with other markers, since their lines are both solid.
        marker = "o" if ranking == "dfaulo_online" else "s"
        axes.plot(points["place"], mean, color=colour, marker=marker, markersize=4, label=RANKINGS.title(str(ranking)))
    axes.set_xticks([place[value] for value in values], values)
    axes.set_xlabel(setting)
    title = metric_heading(metric).title
    axes.set_ylabel(f"faults found {title}, in %" if metric.startswith("pobl@") else title)


def _figure_files(figure: Figure) -> dict[str, bytes]:
    buffer = io.BytesIO()
    # Without the time and the name of what wrote it, and with fonts that editors can read.
    with rc_context({"pdf.fonttype": 42}):
        figure.savefig(buffer, format="pdf", metadata={"Creator": None, "Producer": None, "CreationDate": None})
    return {"png": figure_bytes(figure), "pdf": buffer.getvalue()}
