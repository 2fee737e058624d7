import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.methods.idc.questions.estimates import estimate_mean


def test_the_interval_is_students():
    found = estimate_mean([1.0, 2.0, 3.0])
    half = 4.30265273 / np.sqrt(3)  # the table's quantile of two degrees of freedom
    assert (found.mean, found.repetitions) == (2.0, 3)
    assert found.low == pytest.approx(2 - half) and found.high == pytest.approx(2 + half)
    assert not found.is_above_zero and not found.is_below_zero


def test_equal_repetitions_have_an_interval_without_width():
    assert estimate_mean([0.5] * 4).is_above_zero
    assert estimate_mean([-0.5] * 4).is_below_zero
    nothing = estimate_mean([0.0, 0.0])
    assert (nothing.low, nothing.high) == (0, 0) and not nothing.is_above_zero


def test_one_repetition_is_refused():
    with pytest.raises(DataError, match="there are 1 repetitions; expected two or more"):
        estimate_mean([1.0])


def test_the_interval_holds_the_true_mean_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    found = [estimate_mean(rng.normal(3, 2, 5).tolist()) for _ in range(2000)]
    assert 0.93 < np.mean([of.low <= 3 <= of.high for of in found]) < 0.97
