import warnings

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.datasets import check_splits
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits


def dataset(labels, *, inputs=None, split="train", names=("cat", "dog")):
    labels = np.array(labels, dtype=np.int64)
    inputs = np.zeros((len(labels), 3), dtype=np.float32) if inputs is None else inputs
    return LabeledDataset(inputs, labels, numbered_ids(split, np.arange(len(labels)), max(1, len(labels))), names)


def test_a_sound_data_set_passes():
    check_splits(DatasetSplits(dataset([0, 1, 0, 1]), dataset([0], split="test")))


def test_ids_sort_as_their_numbers_do():
    ids = numbered_ids("train", np.array([99_999, 100_000]), 120_000)
    assert ids.tolist() == ["train/099999", "train/100000"]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([], "no training samples"),
        ([1, 1, 1], "all 3 training samples have the label 'dog', expected two classes or more"),
        ([0, 1, 1], "the class 'cat' has 1 training samples, expected 2 or more"),
    ],
)
def test_too_few_samples_are_one_sentence(labels, sentence):
    with pytest.raises(DataError, match=sentence):
        check_splits(DatasetSplits(dataset(labels)))


def test_a_class_without_samples_is_named():
    with pytest.raises(DataError, match="the class 'emu' has 0 training samples"):
        check_splits(DatasetSplits(dataset([0, 1, 0, 1], names=("cat", "dog", "emu"))))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_first_sample_that_is_not_finite_is_named(bad):
    inputs = np.zeros((4, 3), dtype=np.float32)
    inputs[2:, 1] = bad
    with pytest.raises(DataError, match="the sample train/00002 has a value that is not a finite number"):
        check_splits(DatasetSplits(dataset([0, 1, 0, 1], inputs=inputs)))


def test_a_test_set_is_checked_for_finite_numbers_too():
    test = dataset([0], inputs=np.full((1, 3), np.nan, dtype=np.float32), split="test")
    with pytest.raises(DataError, match="test/00000"):
        check_splits(DatasetSplits(dataset([0, 1, 0, 1]), test))


@pytest.mark.parametrize("inputs", [np.zeros((1, 4), np.float32), np.zeros((1, 3), np.int32)])
def test_test_inputs_of_another_form_are_refused(inputs):
    test = dataset([0], inputs=inputs, split="test")
    with pytest.raises(DataError, match=r"test inputs are .* and training inputs are real of shape"):
        check_splits(DatasetSplits(dataset([0, 1, 0, 1]), test))


def test_an_empty_test_set_is_refused():
    with pytest.raises(DataError, match="the test set has no samples"):
        check_splits(DatasetSplits(dataset([0, 1, 0, 1]), dataset([], split="test")))


def test_what_overflows_in_single_precision_is_infinite_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = standard_inputs(np.array([[1.0, 1e300], [-1e300, 2.0]]), "inputs")
    np.testing.assert_array_equal(found, np.float32([[1, np.inf], [-np.inf, 2]]))
