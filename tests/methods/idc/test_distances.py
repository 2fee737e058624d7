import numpy as np
import pytest
from torch import nn

from faultloc.methods.idc.criteria.cc import ClusterCoverage
from faultloc.methods.idc.distances import slices, squared_distances
from faultloc.methods.idc.unit_outputs import UnitOutputs


def test_squared_distances_are_those_of_each_pair():
    rng = np.random.default_rng(0)
    points, others = rng.normal(size=(7, 5)), rng.normal(size=(4, 5))
    expected = [[sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) for other in others] for one in points]
    np.testing.assert_allclose(squared_distances(points, others), expected, rtol=1e-12)
    assert (squared_distances(points, points).diagonal() >= 0).all()
    assert squared_distances(points[:0], others).shape == (0, 4)


def test_slices_go_through_all_rows_once():
    assert [rows.stop - rows.start for rows in slices(10, 2**18)] == [4, 4, 2]
    assert [row for rows in slices(10, 2**18) for row in range(10)[rows]] == list(range(10))
    assert list(slices(0, 5)) == []


@pytest.mark.parametrize("offset", [0, 2**20])
@pytest.mark.parametrize("sizes", [(1300,), (600, 700), (1,) * 200 + (1100,)])
def test_clusters_are_those_of_one_sample_after_the_other_also_at_the_very_threshold(offset, sizes):
    # Whole numbers far from 0: many pairs are exactly as far apart as the threshold, and much cancels out.
    values = np.random.default_rng(0).integers(0, 12, (1300, 3)).astype(np.float64) + offset
    kept = []
    for one in values.tolist():
        if all(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) > 9 for other in kept):
            kept.append(one)
    criterion = ClusterCoverage(nn.Linear(1, 1), threshold=9.0)
    for part in np.split(values, np.cumsum(sizes)[:-1]):
        criterion.observe(UnitOutputs(("a",), (part,)))
    assert criterion.compute().covered == len(kept) - 1
