"""How a unit's outputs lie on its line, as numbers that a page draws bars of."""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from faultloc.report.idc.content import ShownUnit

WIDTH, HEIGHT = 200, 56
_BINS = 40
# What is there at all must be seen beside what is a thousand times as much.
_LOWEST_BAR = 1.5


@dataclass(frozen=True)
class Bar:
    """A bar from the bottom, in the units of the picture, and the number of its cluster from 0."""

    x: float
    y: float
    width: float
    height: float
    cluster: int


@dataclass(frozen=True)
class Histogram:
    """``bars``, and where one cluster ends and the next begins, in a picture of ``WIDTH`` times ``HEIGHT``."""

    bars: tuple[Bar, ...]
    bounds: tuple[float, ...]
    low: float
    high: float


def draw_histogram(unit: ShownUnit) -> Histogram:
    """Bars over all outputs and centres, each within one cluster: its area is as large as there are samples."""
    centres = np.asarray(unit.centres, dtype=np.float64)
    low = float(min(unit.outputs.min(), centres[0]))
    high = float(max(unit.outputs.max(), centres[-1]))
    scale = WIDTH / (high - low or 1.0)
    bounds = (centres[1:] + centres[:-1]) / 2
    bars: list[Bar] = []
    for cluster, (left, right) in enumerate(itertools.pairwise([low, *bounds.tolist(), high])):
        width = (right - left) * scale or WIDTH
        number = max(1, round(width / WIDTH * _BINS))
        # An output at a bound belongs to the cluster below it.
        inside = (unit.outputs > left if cluster else unit.outputs >= left) & (unit.outputs <= right)
        counts, edges = np.histogram(unit.outputs[inside], number, (left, right) if right > left else (left, left + 1))
        shown = zip(counts.tolist(), ((edges[:-1] - low) * scale).tolist(), strict=True)
        bars += [Bar(x, 0.0, width / number, count / width * number, cluster) for count, x in shown if count]
    highest = max(bar.height for bar in bars)
    heights = [max(bar.height / highest * HEIGHT, _LOWEST_BAR) for bar in bars]
    drawn = (replace(bar, y=HEIGHT - height, height=height) for bar, height in zip(bars, heights, strict=True))
    return Histogram(tuple(drawn), tuple(((bounds - low) * scale).tolist()), low, high)
