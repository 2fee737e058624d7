import dataclasses

import pytest

from faultloc.coverage import Coverage
from faultloc.errors import DataError


def test_the_value_is_the_share_covered_of_all():
    assert Coverage("nc", 3, 12, 6).value == 0.25


def test_the_share_of_the_attainable_is_of_what_so_many_samples_could_cover():
    assert Coverage("nc", 3, 12, 6).share_of_attainable == 0.5


def test_nothing_to_cover_is_no_coverage():
    nothing = Coverage("nc", 0, 0, 0)
    assert (nothing.value, nothing.share_of_attainable) == (0.0, 0.0)


def test_more_patterns_than_a_float_can_count_still_have_a_share():
    assert Coverage("tknp", 1, 10**400, 1).value == 0.0
    assert Coverage("tknp", 10**400, 10**400, 10**400).value == 1.0


def test_all_that_is_attainable_is_saturated():
    assert Coverage("tknp", 5, 100, 5).is_saturated
    assert not Coverage("tknp", 4, 100, 5).is_saturated


@pytest.mark.parametrize("numbers", [(-1, 4, 4), (3, 4, 2), (3, 4, 5), (5, 4, 4), (float("nan"), 4, 4)])
def test_numbers_out_of_order_are_an_error(numbers):
    with pytest.raises(DataError, match="expected 0 <= covered <= attainable <= total"):
        Coverage("nc", *numbers)


def test_a_coverage_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Coverage("nc", 3, 12, 6).covered = 4  # type: ignore[misc]
