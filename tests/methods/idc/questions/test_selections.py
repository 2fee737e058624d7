import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.methods.idc.questions.selections import selections

IMPORTANCE = {name: np.zeros(width) for name, width in {"conv": 6, "hidden": 8, "last": 20}.items()}


def test_a_layer_is_asked_for_fewer_units_than_it_has_and_the_last_layer_for_none():
    assert selections(IMPORTANCE, [5, 13, 14], [5, 6, 7]) == [
        (None, 5), (None, 13), ("conv", 5), ("hidden", 5), ("hidden", 6), ("hidden", 7)
    ]  # fmt: skip


def test_numbers_that_are_all_too_large_are_a_sentence():
    with pytest.raises(ConfigError, match=r"numbers of units are \[14, 20\].* have 14; expected a smaller one"):
        selections(IMPORTANCE, [14], [20])
