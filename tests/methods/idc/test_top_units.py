import numpy as np
import pytest

from faultloc.methods.idc.top_units import top_units
from faultloc.methods.idc.unit_outputs import UnitOutputs


def slow(values, k):
    return [sorted(range(len(row)), key=lambda unit: (-row[unit], unit))[:k] for row in values.tolist()]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [1, 5, 33, 120])
@pytest.mark.parametrize("k", [1, 3, 10, 33])
def test_the_highest_come_first_and_of_equal_ones_the_first(dtype, width, k):
    rng = np.random.default_rng(width + k)
    values = rng.normal(size=(40, width)).astype(dtype)
    values[:20] = values[:20].round(1)  # some are equal
    values[:10] = np.maximum(values[:10], 0)  # many are
    values[0] = -0.0
    values[0, ::2] = 0.0
    assert top_units(values, k).tolist() == slow(values, k)


def test_rows_that_cannot_be_written_to_are_read():
    values = np.random.default_rng(0).normal(size=(40, 4)).T
    values.flags.writeable = False
    assert top_units(values, 2).tolist() == slow(values, 2)


def test_a_batch_keeps_the_highest_of_each_layer_by_how_many_are_asked_for():
    values = np.random.default_rng(0).normal(size=(6, 50)).astype(np.float32)
    units = UnitOutputs(("a", "b"), (values[:, :10], values))
    for k in (2, 3, 2):
        assert [places.tolist() for places in units.highest(k)] == [slow(values[:, :10], k), slow(values, k)]
