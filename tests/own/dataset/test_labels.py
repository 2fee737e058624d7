"""Labels in the forms in which people have them, and what is said of those that are no class indices."""

import datetime
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from faultloc import find_root_causes, locate_data_faults
from faultloc.errors import DataError, FaultlocError, ModelError
from faultloc.own.dataset import adopt_dataset
from faultloc.own.dataset.class_names import given_names

INPUTS = np.arange(24, dtype=np.float32).reshape(12, 2)
LABELS = [0, 1, 2, 3] * 3
DATE = 20240501123


def with_label(label, place=5):
    return [label if number == place else value for number, value in enumerate(LABELS)]


def pairs(labels):
    return list(zip(INPUTS, labels, strict=True))


def adopt(dataset, folder, class_names=None, outputs=4):
    return adopt_dataset(dataset, class_names, folder, outputs_of=lambda inputs: outputs).dataset


UNUSABLE = {
    "-1": (-1, "label of sample 5 is -1, a negative number"),
    "nothing": (None, r"label of sample 5 is missing \(None\)"),
    "nan": (float("nan"), r"label of sample 5 is missing \(nan\)"),
    "pandas' NA": (pd.NA, r"label of sample 5 is missing \(<NA>\)"),
    "infinite": (float("inf"), "label of sample 5 is infinite"),
    "a fraction": (1.5, "label of sample 5 is 1.5, no whole number"),
    "blank": (" ", "label of sample 5 is blank"),
    "the text nan": ("nan", r"label of sample 5 is missing \('nan'\)"),
    "a text": ("cat", "label of sample 5 is 'cat', a text.*class_names="),
    "True": (True, "label of sample 5 is True, and others are numbers up to 3"),
    "one-hot": (np.eye(4)[1], "label of sample 5 is a one-hot row of 4 numbers.*argmax"),
    "one-hot list": ([0, 1, 0, 0], "label of sample 5 is a one-hot row of 4 numbers"),
    "probabilities": (torch.full((4,), 0.25), r"label of sample 5 is a ndarray of the shape \(4,\)"),
    "boxes": ({"boxes": [], "labels": []}, "label of sample 5 is a dictionary of boxes, labels"),
    "a date": (datetime.date(2024, 5, 1), "label of sample 5 is a date or a time"),
    "beyond 64 bits": (10**30, "label of sample 5 is 1000000.*, as no class is"),
}


@pytest.mark.parametrize("form", UNUSABLE)
@pytest.mark.parametrize("brought", ["items", "arrays"])
def test_what_is_no_class_index_is_named_as_a_label(tmp_path, form, brought):
    label, sentence = UNUSABLE[form]
    dataset = pairs(with_label(label)) if brought == "items" else (INPUTS, with_label(label))
    with pytest.raises(DataError, match=sentence):
        adopt(dataset, tmp_path)


@pytest.mark.parametrize(
    "dataset",
    [
        (INPUTS, np.array(with_label(DATE))),
        (INPUTS, with_label(DATE)),
        (INPUTS, pd.Series(with_label(DATE))),
        pairs(with_label(DATE)),
        pairs([DATE] * 12),
        DataLoader(TensorDataset(torch.from_numpy(INPUTS), torch.tensor(with_label(DATE))), batch_size=5),
        pd.DataFrame(INPUTS, columns=["width", "height"]).assign(label=with_label(DATE)),
    ],
)
def test_an_id_as_label_is_named_before_anything_of_its_size_is_made(tmp_path, dataset):
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"label of sample \d.* is 20240501123.* but the model has 4 outputs"):
            adopt(dataset, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("find", [locate_data_faults, find_root_causes])
def test_both_calls_ask_the_model_before_they_believe_a_label(find):
    network = nn.Sequential(nn.Linear(2, 4))
    with pytest.raises(ModelError, match="20240501123.* but the model has 4 outputs"):
        find(network, (INPUTS, with_label(DATE)), device="cpu")
    with pytest.raises(DataError, match="label of sample 5 is -1"):
        find(network, (INPUTS, np.array(with_label(-1))), device="cpu")


def test_all_places_of_a_kind_are_counted_and_the_first_are_named(tmp_path):
    labels = [-1 if place % 2 else 1 for place in range(12)]
    with pytest.raises(DataError, match=r"label of sample 1 \(and of 5 more of 12: 3, 5, 7, \.\.\.\) is -1"):
        adopt((INPUTS, np.array(labels)), tmp_path)
    with pytest.raises(DataError, match="label of sample 0, as of all 12, is 'cat'"):
        adopt((INPUTS, np.array(["cat"] * 12)), tmp_path)


def test_labels_that_begin_at_1_are_told_so(tmp_path):
    with pytest.raises(ModelError, match="begin at 1, so subtract 1"):
        adopt((INPUTS, np.array(LABELS) + 1), tmp_path)


def test_large_unsigned_labels_do_not_become_negative(tmp_path):
    with pytest.raises(DataError, match="label of sample 5 is 9223372036854775813"):
        adopt((INPUTS, np.array(with_label(2**63 + 5), dtype=np.uint64)), tmp_path)


def test_rows_of_ones_and_zeros_are_told_from_other_arrays(tmp_path):
    with pytest.raises(DataError, match=r"shape \(12, 4\).*each is a one-hot row of 4 numbers"):
        adopt((INPUTS, np.eye(4)[LABELS]), tmp_path)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(LABELS, dtype=np.uint8),
        np.array(LABELS)[:, None],
        torch.tensor(LABELS),
        [str(label) for label in LABELS],
        [np.int16(label) for label in LABELS],
        [torch.tensor(label) for label in LABELS],
        [torch.tensor([label]) for label in LABELS],
        pd.Series(LABELS, dtype="Int64"),
    ],
)
def test_class_indices_are_read_in_every_form(tmp_path, labels):
    assert adopt((INPUTS, labels), tmp_path).labels.tolist() == LABELS


def test_true_and_false_are_two_classes(tmp_path):
    assert adopt((INPUTS, np.array(LABELS) > 1), tmp_path).labels.tolist() == [0, 0, 1, 1] * 3


def test_names_of_classes_may_be_given_as_labels(tmp_path):
    names = ["emu", "cat", "dog", "ant"]
    adopted = adopt(pairs([names[label] for label in LABELS]), tmp_path, class_names=names)
    assert adopted.labels.tolist() == LABELS
    with pytest.raises(DataError, match="label of sample 5 is 'cow', none of the classes emu, cat"):
        adopt(pairs(with_label("cow")), tmp_path, class_names=names)


def test_each_class_gets_a_name_of_its_own(tmp_path):
    names = ["crane", "crane (2)", "crane", "crane"]
    with pytest.warns(UserWarning, match="2 of 4 classes are called as one before them"):
        adopted = adopt((INPUTS, np.array(LABELS)), tmp_path, class_names=names)
    assert adopted.class_names == ("crane", "crane (2)", "crane (2) (2)", "crane (3)")
    with pytest.warns(UserWarning, match=r"'crane \(2\) \(2\)', 'crane \(3\)'"):
        again = adopt(replace(adopted, class_names=names), tmp_path)
    assert again.class_names == adopted.class_names


def test_the_name_of_several_classes_is_no_label(tmp_path):
    names = ["emu", "crane", "dog", "crane"]
    with pytest.raises(DataError, match=r"'crane', as the classes 1 and 3 are called; .*numbers as labels, or names"):
        adopt((INPUTS, [names[label] for label in LABELS]), tmp_path, class_names=names)
    with pytest.warns(UserWarning, match="1 of 4 classes"):
        adopted = adopt(pairs([names[label] for label in [0, 2] * 6]), tmp_path, class_names=names)
    assert adopted.labels.tolist() == [0, 2] * 6


def test_a_label_without_a_name_is_named(tmp_path):
    with pytest.raises(DataError, match=r"label of sample 3 \(and of 2 more.*and there are 3 names"):
        adopt((INPUTS, np.array(LABELS)), tmp_path, class_names=["a", "b", "c"])


def test_labels_that_are_masked_are_missing(tmp_path):
    with pytest.raises(DataError, match=r"label of sample 2 \(and of 2 more of 12: 6, 10\) is missing"):
        adopt((INPUTS, np.ma.masked_equal(LABELS, 2)), tmp_path)


@pytest.mark.parametrize("labels", [None, 3, {0, 1}, "0123", {0: 1}])
def test_labels_that_are_no_list_are_a_sentence(tmp_path, labels):
    with pytest.raises(DataError, match=f"labels are a {type(labels).__name__}; expected one class index a sample"):
        adopt((INPUTS, labels), tmp_path)


@pytest.mark.parametrize(
    ("names", "kept"),
    [(pd.Index(list("abcd")), tuple("abcd")), ({"b": 1, "a": 0, "d": 3, "c": 2}, tuple("abcd")), ([], None)],
)
def test_names_may_be_in_any_list_or_a_mapping_to_labels(names, kept):
    assert given_names(names) == kept


@pytest.mark.parametrize("names", ["abcd", 4, {"a": 0, "b": 2}])
def test_names_that_are_no_list_are_a_sentence(names):
    with pytest.raises(DataError, match=r"class_names .*expected a list of names"):
        given_names(names)


def test_more_names_than_outputs_are_a_sentence(tmp_path):
    with pytest.raises(FaultlocError, match=r"names 5 classes, but the model has 4 outputs.*class_names="):
        adopt((INPUTS, np.array(LABELS)), tmp_path, class_names=list("abcde"))
