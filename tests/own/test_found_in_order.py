"""What the Python call says of each sample in the data set's own order, and in Python's words."""

import numpy as np
import pandas as pd
import pytest
import torch

from faultloc import LocateSettings, find_root_causes, locate_data_faults
from faultloc.errors import ConfigError, DataError
from faultloc.own.dataset import adopt_dataset
from faultloc.own.dfaulo.settings import suffix_settings

QUICK = LocateSettings(suffix=suffix_settings(epochs=6))
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture(scope="module")
def found(digits):
    return locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK)


def test_each_sample_keeps_its_place(digits, found):
    assert (found.suspiciousness[digits.wrong] > 0.5).mean() > 0.8
    assert (np.delete(found.suspiciousness, digits.wrong) > 0.5).mean() < 0.1
    assert (found.kinds[digits.wrong] == "wrong label").mean() > 0.5
    row = found.ranking.set_index("index").loc[int(digits.wrong[0])]
    assert found.suspiciousness[digits.wrong[0]] == row["suspiciousness"]


def test_suggested_labels_can_take_the_place_of_the_given_ones(digits, found):
    wrong = found.kinds == "wrong label"
    labels = digits.labels.copy()
    labels[wrong] = found.suggested_labels[wrong]
    agreed = [
        (digits.network(torch.from_numpy(digits.inputs)).argmax(1).numpy() == of).mean()
        for of in (digits.labels, labels)
    ]
    assert agreed[1] > agreed[0] + 0.02


def test_labels_given_as_names_come_back_as_names(digits, found):
    named = np.array(NAMES)[digits.labels]
    again = locate_data_faults(digits.network, (digits.inputs, named), class_names=NAMES, settings=QUICK)
    assert again.suggested_labels.tolist() == np.array(NAMES)[found.suggested_labels].tolist()


@pytest.mark.parametrize(("label", "is_text"), [("one", True), (1, False), ("1", True), (np.int32(1), False)])
def test_a_table_tells_whether_its_labels_are_names(tmp_path, label, is_text):
    rows = pd.DataFrame({"image": [np.zeros((1, 8, 8), np.float32)] * 2, "label": [label, label]})
    assert adopt_dataset(rows, NAMES, tmp_path).labels_are_text == is_text


@pytest.mark.parametrize(
    ("labels", "is_text"),
    [
        (["one", "two"], True),
        (np.array(["one", "two"]), True),
        (pd.Series(["one", "two"]), True),
        (pd.DataFrame({"label": [1, 2]}), False),
        (torch.tensor([1, 2]), False),
        ([torch.tensor(1), np.int64(2)], False),
    ],
)
def test_arrays_tell_it_too(tmp_path, labels, is_text):
    inputs = np.zeros((2, 1, 8, 8), np.float32)
    assert adopt_dataset((inputs, labels), NAMES, tmp_path).labels_are_text == is_text


def test_indices_are_those_of_the_data_set_where_the_model_has_another_order(digits, found):
    backwards = tuple(reversed(NAMES))
    again = locate_data_faults(
        digits.network, (digits.inputs, 9 - digits.labels), class_names=backwards, classes=NAMES, settings=QUICK
    )
    assert again.suggested_labels.dtype == np.int64
    assert again.suggested_labels.tolist() == (9 - found.suggested_labels).tolist()


def test_indices_are_those_of_the_data_set_where_only_the_outputs_have_names(digits, found):
    again = locate_data_faults(digits.network, (digits.inputs, digits.labels), classes=NAMES, settings=QUICK)
    assert again.suggested_labels.tolist() == found.suggested_labels.tolist()


@pytest.mark.parametrize("names_of", ["class_names", "classes"])
def test_classes_of_the_same_name_are_told_apart(digits, found, names_of):
    names = [name if name != "seven" else "two" for name in NAMES]
    with pytest.warns(UserWarning, match=r"1 of 10 classes are called as one before them.*'two \(7\)'"):
        again = locate_data_faults(digits.network, (digits.inputs, digits.labels), settings=QUICK, **{names_of: names})
    assert again.suggested_labels.tolist() == found.suggested_labels.tolist()
    assert again.dataset.class_names == (*names[:7], "two (7)", *names[8:])


def test_a_model_that_knows_nothing_is_told_of_in_words_of_python(digits):
    shuffled = np.random.default_rng(1).permutation(digits.labels)
    with pytest.raises(DataError, match=r"transform, mean and std .* classes=\[\.\.\.\]") as raised:
        locate_data_faults(digits.network, (digits.inputs, shuffled), settings=QUICK)
    assert "--" not in str(raised.value)


@pytest.mark.parametrize(("given", "absent"), [("mean", "std"), ("std", "mean")])
@pytest.mark.parametrize("call", [locate_data_faults, find_root_causes])
def test_a_mean_without_a_deviation_is_refused(digits, call, given, absent):
    with pytest.raises(ConfigError, match=f"^{given} is given and {absent} is not; expected both"):
        call(digits.network, (digits.inputs, digits.labels), **{given: [0.5]})
