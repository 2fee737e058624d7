import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.subject.dataset import LabeledDataset


def dataset(**changes) -> LabeledDataset:
    parts = {
        "inputs": np.zeros((3, 1, 2, 2), dtype=np.uint8),
        "labels": np.array([0, 1, 0]),
        "sample_ids": np.array(["a", "b", "c"]),
        "class_names": ["cat", "dog"],
    }
    return LabeledDataset(**{**parts, **changes})


def test_a_selection_keeps_ids_with_their_samples():
    chosen = dataset().select(np.array([2, 1]))
    assert chosen.sample_ids.tolist() == ["c", "b"]
    assert chosen.labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [
        (np.zeros((3, 1, 2, 2), dtype=np.uint8), "image"),
        (np.zeros((3, 5), dtype=np.int32), "tokens"),
        (np.zeros((3, 5), dtype=np.float32), "real"),
    ],
)
def test_the_type_of_the_numbers_says_what_the_inputs_are(inputs, kind):
    assert dataset(inputs=inputs).input_kind == kind


def test_a_label_outside_the_class_list_is_refused():
    with pytest.raises(DataError, match="labels run from 0 to 2, but there are 2 classes"):
        dataset(labels=np.array([0, 1, 2]))


def test_parts_of_different_length_are_refused():
    with pytest.raises(DataError, match="3 inputs, 2 labels and 3 sample ids"):
        dataset(labels=np.array([0, 1]))
