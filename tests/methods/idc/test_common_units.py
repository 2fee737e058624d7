"""What the important units of classes have in common, worked out by hand."""

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.methods.idc.common_units import common_units

CHOSEN = {
    "cat": [("conv", 0), ("conv", 1), ("fc", 5)],
    "dog": [("conv", 1), ("fc", 5), ("fc", 6)],
    "car": [("fc", 5), ("fc", 7)],
}


def test_the_overlap_is_the_share_of_those_of_either_that_both_have():
    found = common_units(CHOSEN, ["conv", "mid", "fc"])
    expected = [[1, 2 / 4, 1 / 4], [2 / 4, 1, 1 / 4], [1 / 4, 1 / 4, 1]]
    assert found.classes == ("cat", "dog", "car")
    assert np.array_equal(found.overlap, expected)


def test_each_layer_is_counted_for_each_class_also_one_without_important_units():
    found = common_units(CHOSEN, ["conv", "mid", "fc"])
    assert found.by_layer.tolist() == [[2, 0, 1], [1, 0, 2], [0, 0, 2]]
    assert found.layers == ("conv", "mid", "fc")


def test_the_units_of_every_class_are_named():
    assert common_units(CHOSEN, ["conv", "mid", "fc"]).in_all == (("fc", 5),)
    two = {name: CHOSEN[name] for name in ("dog", "cat")}
    assert common_units(two, ["conv", "mid", "fc"]).in_all == (("conv", 1), ("fc", 5))


def test_one_unit_of_two_layers_is_not_in_common():
    found = common_units({"a": [("conv", 1)], "b": [("fc", 1)]}, ["conv", "fc"])
    assert found.overlap.tolist() == [[1, 0], [0, 1]]
    assert found.in_all == ()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "there is no class"),
        ({"a": [("fc", 1)], "b": []}, "the class b has no important units"),
        ({"a": [("other", 1)]}, "units of the layer 'other'; expected some of: conv, fc"),
    ],
)
def test_bad_input_is_a_sentence(chosen, said):
    with pytest.raises(DataError, match=said):
        common_units(chosen, ["conv", "fc"])
