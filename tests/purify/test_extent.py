import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.evaluation.metrics import share_found
from faultloc.purify.extent import Extent, parse_extent


@pytest.mark.parametrize(
    ("text", "count"), [("5%", 5), ("0.5 %", 1), (".5%", 1), ("7%", 7), ("50", 50), (" 100 ", 100)]
)
def test_a_share_or_a_number_of_a_hundred_samples(text, count):
    assert parse_extent("--remove", text).of(100) == count


@pytest.mark.parametrize("text", ["", "5 percent", "0.05", "-5", "-5%", "1e3", "²", "5%%", "./results"])
def test_anything_else_is_named_with_what_was_expected(text):
    with pytest.raises(ConfigError, match="--remove is .*expected a share such as 5%"):
        parse_extent("--remove", text)


@pytest.mark.parametrize("text", ["0%", "100%", "120%", "0"])
def test_none_and_all_samples_are_refused(text):
    with pytest.raises(ConfigError, match="--remove is .*expected"):
        parse_extent("--remove", text)


def test_more_samples_than_there_are_is_refused():
    with pytest.raises(ConfigError, match="--remove is 101, but there are 100 samples"):
        parse_extent("--remove", "101").of(100)


@pytest.mark.parametrize("both", [{}, {"share": 0.1, "number": 5}])
def test_an_extent_is_either_a_share_or_a_number(both):
    with pytest.raises(ConfigError, match="purify gives (neither|both); expected"):
        Extent("purify", **both)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.07, 0.1])
def test_a_share_takes_the_places_that_the_measure_counts(share):
    taken = Extent("share", share=share).of(1437)
    assert share_found(np.arange(1437) < taken, share) == 1
    assert share_found(np.arange(1437) < taken + 1, share) < 1
