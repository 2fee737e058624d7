import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.localization import most_suspicious_first


def test_ties_are_broken_at_random_not_by_the_order_of_the_data_set():
    order = most_suspicious_first(np.array([0.5] * 50 + [0.9]), np.random.default_rng(0))
    assert order[0] == 50
    assert sorted(order[1:]) == list(range(50)) and order[1:].tolist() != list(range(50))


def test_a_suspiciousness_that_is_no_number_is_refused():
    with pytest.raises(DataError, match="1 of 2 samples is not a number"):
        most_suspicious_first(np.array([0.1, np.nan]), np.random.default_rng(0))
