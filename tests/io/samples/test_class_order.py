"""Which output stands for which class."""

from pathlib import Path

import pytest

from faultloc.errors import DataError
from faultloc.io.samples import SampleListing, describe_absent, order_classes


def listing(names, order_is_given=False):
    return SampleListing(
        "texts", Path(), list(names), list(names), [str(n) for n in range(len(names))], tuple(names), order_is_given
    )


def test_a_file_goes_before_everything():
    order = order_classes(listing(("dog", "cat"), order_is_given=True), 3, ["cat", "dog"])
    assert order.class_names == ("dog", "cat")
    assert order.origin == "classes.json"


def test_the_models_own_names_go_before_the_sorted_order():
    order = order_classes(listing(("cat", "dog")), 3, ["dog", "bird", "cat"])
    assert order.class_names == ("dog", "bird", "cat")
    assert order.labels_of(["cat", "dog"]).tolist() == [2, 0]


def test_numbers_are_the_outputs_that_they_name():
    order = order_classes(listing(("10", "2", "0")), 11)
    assert order.labels_of(["10", "2", "0"]).tolist() == [10, 2, 0]
    assert order.class_names[1] == "1"


def test_names_that_are_no_numbers_of_outputs_are_sorted():
    assert order_classes(listing(("1", "2", "3")), 3).labels_of(["1", "2", "3"]).tolist() == [0, 1, 2]


def test_more_classes_than_outputs_are_an_error():
    with pytest.raises(DataError, match="3 classes .*, the model 2 outputs"):
        order_classes(listing(("a", "b", "c")), 2)


def test_whole_numbers_with_a_point_are_the_outputs_that_they_name():
    assert order_classes(listing(("10.0", "2.0", "0.0")), 11).labels_of(["10.0", "2.0", "0.0"]).tolist() == [10, 2, 0]
    assert order_classes(listing(("0.5", "1.0")), 2).origin == "their sorted names"


def test_a_class_that_the_model_knows_and_the_data_lack_is_told_by_name():
    order = order_classes(listing(("cat", "dog", "owl"), order_is_given=True), 3)
    assert "1 class that the data have no sample of ('owl')" in describe_absent(order, ["cat", "dog"], 3)
    assert describe_absent(order, ["cat", "dog", "owl"], 3) == ""


def test_outputs_without_a_class_are_told_with_the_way_on():
    order = order_classes(listing(("cat", "dog")), 3)
    assert "3 outputs and the data 2 classes" in describe_absent(order, ["cat", "dog"], 3)
    assert "--classes" in describe_absent(order, ["cat", "dog"], 3)
