"""Items and data sets as people pack them."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset, TensorDataset

from faultloc.errors import DataError
from faultloc.own.dataset import adopt_dataset

PIXELS = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
INPUTS = (PIXELS / 255).astype(np.float32)
LABELS = [0, 1, 1, 0]
Fields = namedtuple("Fields", ["label", "image"])


@dataclass
class Sample:
    target: int
    image: np.ndarray
    path: str = "a.png"


FORMS = {
    "more than a pair": lambda x, y: (x, y, "a.png"),
    "the place first": lambda x, y: (7, x, y),
    "the path first": lambda x, y: ("a.png", x, y),
    "a list": lambda x, y: [x, y],
    "a dictionary": lambda x, y: {"id": 3, "image": x, "label": y},
    "a dictionary of other names": lambda x, y: {"Target": y, "X": x},
    "named fields": lambda x, y: Fields(y, x),
    "a data class": lambda x, y: Sample(y, x),
    "a row of a table": lambda x, y: pd.Series({"img": x, "y": y}),
    "a tokenizer's": lambda x, y: ({"pixel_values": x, "mask": x}, y),
    "a label in an array": lambda x, y: (x, np.array([y])),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_input_and_the_label_are_found(tmp_path, form):
    items = [FORMS[form](x, y) for x, y in zip(INPUTS, LABELS, strict=True)]
    adopted = adopt_dataset(items, None, tmp_path).dataset
    np.testing.assert_array_equal(adopted.inputs, INPUTS)
    assert adopted.labels.tolist() == LABELS


@pytest.mark.parametrize("form", ["more than a pair", "the place first", "a dictionary", "a tokenizer's"])
def test_they_are_found_in_batches_too(tmp_path, form):
    items = [FORMS[form](x, y) for x, y in zip(INPUTS, LABELS, strict=True)]
    adopted = adopt_dataset(DataLoader(items, batch_size=3), None, tmp_path).dataset
    np.testing.assert_array_equal(adopted.inputs, INPUTS)
    assert adopted.labels.tolist() == LABELS


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ((0, INPUTS[0]), "the label before the input"),
        ((0, Image.fromarray(PIXELS[0])), "the label before the input"),
        ((0, "a text"), "the label before the input"),
        ((INPUTS[0],), "a tuple of one; expected a pair"),
        (INPUTS[0], r"ndarray of the shape \(5, 6\); expected a pair"),
        (None, "a NoneType; expected a pair"),
        ({"photo": INPUTS[0], "label": 0}, "has photo, label, and none that names an input"),
        ({"image": INPUTS[0], "name": 0}, "none that names a label"),
        ((3.0, 1), "sample 0: an input is the single number 3.0"),
        (([np.zeros(2), np.zeros(3)], 1), "sample 0: .* parts of different shapes"),
        ((np.zeros(2, complex), 1), "no array of numbers"),
        ((np.array([2, -100]), 1), "token ids from 0"),
    ],
)
def test_an_item_that_is_none_is_a_sentence(tmp_path, item, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt_dataset([item], None, tmp_path)


@pytest.mark.parametrize(
    ("item", "kept"),
    [
        (PIXELS[0], PIXELS[0][None]),
        (torch.from_numpy(PIXELS[0]), PIXELS[0][None]),
        (np.stack([PIXELS[0]] * 3, axis=2), np.stack([PIXELS[0]] * 3)),
        (PIXELS[0][None], PIXELS[0][None]),
    ],
)
def test_images_of_bytes_are_taken_from_items_as_from_arrays(tmp_path, item, kept):
    from_items = adopt_dataset([(item, 0), (item, 1)], None, tmp_path).dataset
    both = np.stack([np.asarray(item)] * 2)
    from_arrays = adopt_dataset((both, [0, 1]), None, tmp_path).dataset
    np.testing.assert_array_equal(from_items.inputs[0], kept)
    np.testing.assert_array_equal(from_arrays.inputs, from_items.inputs)
    assert from_items.input_kind == "image"


def test_halves_of_floats_are_kept_as_floats(tmp_path):
    adopted = adopt_dataset((torch.from_numpy(INPUTS).bfloat16(), LABELS), None, tmp_path).dataset
    np.testing.assert_allclose(adopted.inputs, INPUTS, atol=0.01)


def test_the_numbers_of_a_table_are_an_input(tmp_path):
    table = pd.DataFrame({"width": [1, 2, 3, 4], "label": LABELS, "is_red": [True, False, True, False]}, index=[9] * 4)
    adopted = adopt_dataset(table, None, tmp_path).dataset
    assert adopted.inputs.tolist() == [[1, 1], [2, 0], [3, 1], [4, 0]]
    assert adopted.input_kind == "real"
    assert adopted.labels.tolist() == LABELS


def test_a_table_has_its_input_in_a_column_or_makes_it_by_a_transform(tmp_path):
    table = pd.DataFrame({"image": list(INPUTS), "path": ["a"] * 4, "target": LABELS})
    np.testing.assert_array_equal(adopt_dataset(table, None, tmp_path).dataset.inputs, INPUTS)
    table = pd.DataFrame({"text": ["1 2", "3 4", "5 6", "7 8"], "label": LABELS})
    adopted = adopt_dataset(table, None, tmp_path, lambda text: np.array(text.split(), dtype=np.int64))
    assert adopted.dataset.inputs.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert adopted.texts == ("1 2", "3 4", "5 6", "7 8")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (pd.DataFrame({"a": [1.0]}), "has the columns a; expected one of label"),
        (pd.DataFrame({"a": [1.0], "label": [0], "target": [0]}), "found label, target"),
        (pd.DataFrame({"text": ["a"], "label": [0]}), "'text' of the table is no numbers"),
        (pd.DataFrame({"label": [0]}), "no column but 'label'"),
        (pd.DataFrame(np.zeros((2, 3))), "has the columns 0, 1, 2"),
        (pd.DataFrame({"word " * 99: [1.0], "b": [0]}), r"has the columns (word ){7}wo\.\.\., b; expected"),
        (pd.DataFrame({"word " * 99: ["a"], "label": [0]}), r"column '(word ){7}wo\.\.\.' of the table is no numbers"),
        (pd.DataFrame({"a": [1.0, 2.0], "label": [0, None]}), r"label of sample 1 is missing \(nan\)"),
    ],
)
def test_a_table_that_cannot_be_read_is_a_sentence(tmp_path, table, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt_dataset(table, None, tmp_path)


@pytest.mark.parametrize("arrays", [{"x": INPUTS, "y": LABELS}, [INPUTS, np.array(LABELS)]])
def test_a_pair_of_arrays_may_be_in_a_dictionary_or_a_list(tmp_path, arrays):
    adopted = adopt_dataset(arrays, None, tmp_path).dataset
    np.testing.assert_array_equal(adopted.inputs, INPUTS)
    assert adopted.labels.tolist() == LABELS


class Bare(IterableDataset):
    def __iter__(self):
        return iter(())


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (
            {"train": TensorDataset(torch.zeros(2)), "val": None},
            r"splits train, val; expected one: give dataset\['train",
        ),
        ({"x_train": INPUTS, "y_train": LABELS}, "a dict of x_train, y_train"),
        (((INPUTS, np.array(LABELS)), (INPUTS, np.array(LABELS))), r"two pairs of arrays.*dataset\[0\]"),
        ((INPUTS, INPUTS, INPUTS), "a tuple of 3 arrays"),
        (INPUTS, "one array of the shape"),
        ("data/train", "path 'data/train'; .*--dataset"),
        (iter([(INPUTS[0], 0)]), "list_iterator, a stream"),
        (Bare(), "Bare, a stream"),
        (TensorDataset(torch.from_numpy(INPUTS)), "a tuple of one; expected a pair"),
    ],
)
def test_what_is_no_data_set_is_a_sentence(tmp_path, dataset, sentence):
    with pytest.raises(DataError, match=sentence):
        adopt_dataset(dataset, None, tmp_path)


class Named(Dataset):
    def __init__(self, classes):
        self.classes = classes

    def __len__(self):
        return len(LABELS)

    def __getitem__(self, index):
        return INPUTS[index], LABELS[index]


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (["cat", "dog"], ("cat", "dog")),
        ({"dog": 1, "cat": 0}, ("cat", "dog")),
        ({1: "dog", 0: "cat"}, ("cat", "dog")),
        (np.array(["cat", "dog"]), ("cat", "dog")),
        ([("tench", "Tinca tinca"), ("goldfish",)], ("tench, Tinca tinca", "goldfish")),
        (2, ("0", "1")),
        (None, ("0", "1")),
    ],
)
def test_classes_are_called_as_the_data_set_calls_them(tmp_path, classes, names):
    assert adopt_dataset(Named(classes), None, tmp_path).dataset.class_names == names
    assert adopt_dataset(Subset(Named(classes), [3, 1]), None, tmp_path).dataset.class_names == names


def test_more_names_than_outputs_are_those_of_other_labels(tmp_path):
    with pytest.warns(UserWarning, match="names 10 classes, and the model has 2 outputs"):
        adopted = adopt_dataset(Named(list("abcdefghij")), None, tmp_path, outputs_of=lambda inputs: 2)
    assert adopted.dataset.class_names == ("0", "1")


def test_parts_that_call_their_classes_differently_are_warned_of(tmp_path):
    both = ConcatDataset([Named(["cat", "dog"]), Named(["dog", "cat"])])
    with pytest.warns(UserWarning, match="name their classes differently"):
        assert adopt_dataset(both, None, tmp_path).dataset.class_names == ("0", "1")
    alike = ConcatDataset([Named(["cat", "dog"]), Named(["cat", "dog"])])
    assert adopt_dataset(alike, None, tmp_path).dataset.class_names == ("cat", "dog")
