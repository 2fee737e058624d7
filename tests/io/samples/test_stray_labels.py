"""Labels that look like no class, where there are more classes than the model has outputs."""

from pathlib import Path

import pytest

from faultloc.errors import DataError, ModelError
from faultloc.io.samples import SampleListing, order_classes, stray_labels_told

TEN = [str(number % 10) for number in range(60)]
NINE = [str(number % 9) for number in range(60)]


def listing(given):
    ids = [f"row/{place:05d}" for place in range(len(given))]
    return SampleListing("texts", Path(), given, given, ids, tuple(sorted(set(given))), order_is_given=False)


@pytest.mark.parametrize("stray", ["-1", "nan", "20240501123", "2024-05-01", "1.5", "unlabelled", "True", "inf"])
def test_they_are_named_with_their_first_sample(stray):
    with pytest.raises(DataError, match=rf"11 classes .*10 outputs.*'{stray}' \(2 samples, the first row/00060\)"):
        order_classes(listing([*TEN, stray, stray]), 10)


@pytest.mark.parametrize("stray", ["20240501123", "2024-05-01", "1.5", "inf"])
def test_an_id_among_numbers_does_not_take_the_place_of_a_class_that_is_absent(stray):
    with pytest.raises(DataError, match=rf"label '{stray}' \(1 sample.*expected names or numbers"):
        order_classes(listing([*NINE, stray]), 10)


def test_labels_that_are_names_of_samples_are_told():
    with pytest.raises(DataError, match="most labels stand at one sample only, for example '20240501000'"):
        order_classes(listing([str(20240501000 + place) for place in range(60)]), 10)


@pytest.mark.parametrize("given", [[f"{place:02d} {'word ' * 99}" for place in range(60)], [*TEN, f"[{'1, ' * 99}1]"]])
def test_labels_that_are_whole_texts_are_told_by_their_beginnings(given):
    with pytest.raises(DataError) as raised:
        order_classes(listing(given), 10)
    assert "word " * 9 not in str(raised.value) and "1, " * 14 not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "outputs"),
    [(["-1", "0", "1"] * 5, 3), (["-1", "1"] * 5, 2), ([*TEN, "background"], 11), (["1990", "2000"] * 5, 2)],
)
def test_unusual_names_of_classes_are_left_alone_where_the_outputs_suffice(given, outputs):
    assert order_classes(listing(given), outputs).class_names == tuple(sorted(set(given)))


def test_rows_of_numbers_are_no_names_of_classes():
    with pytest.raises(DataError, match=r"labels '\[0, 1\]' \(5 samples, the first row/00000\), '\[1, 0\]'"):
        order_classes(listing(["[0, 1]"] * 5 + ["[1, 0]"] * 5), 2)


FEWER = "the shape differs for out.weight (stored (10, 4), expected (11, 4))"


def test_the_scarcest_label_is_told_by_its_beginning():
    given = ["a"] + list("abcdefghijk") * 2 + ["word " * 99]
    with pytest.raises(ModelError) as raised, stray_labels_told(listing(given)):
        raise ModelError(FEWER.replace("11", "12"))
    assert "word word" in str(raised.value) and "word " * 9 not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "message", "error", "said"),
    [
        ([*TEN, "-1"], FEWER, DataError, r"label '-1' \(1 sample.*11 classes, and the model does not fit: .*shape"),
        (
            ["a"] + list("abcdefghijk") * 2 + ["catt"],
            FEWER.replace("11", "12"),
            ModelError,
            r"'catt' is the scarcest \(1",
        ),
        ([*TEN, "-1"], "no such file", ModelError, "^no such file$"),
        (NINE, FEWER.replace("11", "9"), ModelError, r"expected \(9, 4\)\)$"),
    ],
)
def test_weights_of_fewer_classes_are_put_down_to_them(given, message, error, said):
    with pytest.raises(error, match=said), stray_labels_told(listing(given)):
        raise ModelError(message)
