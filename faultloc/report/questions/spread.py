"""Means with their spread, as text, and which of a row are best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from faultloc.report.shared.comparison import Cell
from faultloc.report.shared.metric_headings import metric_heading


@dataclass(frozen=True)
class Spread:
    """A mean and a standard deviation; NaN where there is none."""

    mean: float
    sd: float = math.nan


def spell_spread(value: Spread, *, is_share: bool) -> str:
    """`97.1 ± 0.4` for a share, which is shown in percent, else `0.9712 ± 0.0040`; a dash where nothing is known."""
    if math.isnan(value.mean):
        return "–"
    scale, digits = (100, 1) if is_share else (1, 4)
    mean = f"{scale * value.mean:.{digits}f}"
    return mean if math.isnan(value.sd) else f"{mean} ± {scale * value.sd:.{digits}f}"


def spread_cells(values: Sequence[Spread], *, is_share: bool, higher_is_better: bool = True) -> list[Cell]:
    """A cell each; best are those that look best, unless all look alike."""
    shown = [round(value.mean, 3 if is_share else 4) for value in values]
    known = [value for value in shown if not math.isnan(value)]
    best = (max if higher_is_better else min)(known, default=math.nan)
    is_worth_saying = len(set(known)) > 1
    return [
        Cell(spell_spread(value, is_share=is_share), is_worth_saying and mean == best)
        for value, mean in zip(values, shown, strict=True)
    ]


def metric_cells(values: Sequence[Spread], metric: str) -> list[Cell]:
    """The cells of a metric, in its unit and direction."""
    heading = metric_heading(metric)
    return spread_cells(values, is_share=heading.is_share, higher_is_better=heading.higher_is_better)
