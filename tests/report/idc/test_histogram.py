"""The little histograms: areas are numbers of samples, and no bar is part of two clusters."""

import numpy as np
import pytest

from faultloc.report.idc.content import ShownUnit
from faultloc.report.idc.histogram import HEIGHT, WIDTH, draw_histogram


def unit(outputs: list[float] | np.ndarray, centres: list[float]) -> ShownUnit:
    return ShownUnit("conv.0", centres, np.asarray(outputs, dtype=float), [0] * len(centres))


def test_bars_lie_within_the_clusters_of_their_outputs():
    outputs = np.random.default_rng(0).normal(size=500)
    drawn = draw_histogram(unit(outputs, [-1.0, 0.3, 1.2]))
    edges = [0, *drawn.bounds, WIDTH]
    for bar in drawn.bars:
        assert edges[bar.cluster] - 1e-9 <= bar.x
        assert bar.x + bar.width <= edges[bar.cluster + 1] + 1e-9
        assert bar.y + bar.height == pytest.approx(HEIGHT)
        assert 0 < bar.height <= HEIGHT
    assert max(bar.height for bar in drawn.bars) == HEIGHT
    scale = WIDTH / (drawn.high - drawn.low)
    assert drawn.bounds == pytest.approx([(-0.35 - drawn.low) * scale, (0.75 - drawn.low) * scale])
    assert (drawn.low, drawn.high) == (outputs.min(), outputs.max())


def test_areas_are_as_large_as_there_are_samples():
    drawn = draw_histogram(unit([0.0] * 30 + [4.0] * 10, [0.0, 4.0]))
    first, second = drawn.bars
    assert first.height * first.width == pytest.approx(3 * second.height * second.width)
    assert [first.cluster, second.cluster] == [0, 1]


def test_an_output_half_way_belongs_to_the_lower_cluster():
    drawn = draw_histogram(unit([2.0], [0.0, 4.0]))
    assert [bar.cluster for bar in drawn.bars] == [0]


def test_one_sample_of_a_thousand_can_be_seen():
    drawn = draw_histogram(unit([0.0] * 1000 + [4.0], [0.0, 4.0]))
    assert min(bar.height for bar in drawn.bars) >= 1


@pytest.mark.parametrize("outputs", [[1.0], [1.0, 1.0]])
def test_a_unit_that_says_the_same_of_all_has_one_bar(outputs):
    drawn = draw_histogram(unit(outputs, [1.0]))
    assert len(drawn.bars) == 1
    assert drawn.bounds == ()
