"""Classes that are called by numbers and numbered anew in the order of their texts."""

import numpy as np
import pytest
import torch
from torch import nn

from faultloc import find_root_causes, locate_data_faults
from faultloc.errors import DataError
from faultloc.own.renumbered_classes import check_renumbered

TEXTS = sorted(map(str, range(12)))  # 0, 1, 10, 11, 2, ...


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def outputs(predicted):
    return np.eye(12, dtype=np.float32)[predicted]


def renumbered(numbers):
    return np.array([TEXTS.index(str(number)) for number in numbers])


def test_a_model_that_answers_by_the_numbers_is_told(rng):
    numbers = rng.integers(0, 12, 200)
    with pytest.raises(DataError, match="numbered by the names of their classes as text .* class_encode_column"):
        check_renumbered(outputs(numbers), renumbered(numbers), TEXTS)


def test_a_few_samples_of_the_classes_that_moved_are_enough():
    numbers = np.array([0] * 500 + [1] * 500 + list(range(2, 12)))
    with pytest.raises(DataError, match=r"of the 10 samples .* agrees with 10 by the number in the name and with 0"):
        check_renumbered(outputs(numbers), renumbered(numbers), TEXTS)


def test_a_model_that_was_trained_on_the_labels_as_they_are_is_not(rng):
    labels = rng.integers(0, 12, 200)
    answers = np.where(rng.random(200) < 0.3, rng.integers(0, 12, 200), labels)
    check_renumbered(outputs(answers), labels, TEXTS)


def test_a_model_that_knows_nothing_says_nothing(rng):
    check_renumbered(outputs(rng.integers(0, 12, 200)), rng.integers(0, 12, 200), TEXTS)


@pytest.mark.parametrize("names", [[str(number) for number in range(12)], list("lkjihgfedcba")])
def test_other_names_are_none_of_its_business(rng, names):
    numbers = rng.integers(0, 12, 200)
    check_renumbered(outputs(numbers), renumbered(numbers), names)


@pytest.mark.parametrize("find", [locate_data_faults, find_root_causes])
def test_both_calls_tell_it_of_a_hugging_face_data_set(find):
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    numbers = np.arange(120) % 12
    dataset = datasets.Dataset.from_dict({"inputs": outputs(numbers), "label": numbers}).class_encode_column("label")
    network = nn.Sequential(nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 12))
    with torch.no_grad():
        for layer in (network[0], network[2]):
            layer.weight.copy_(torch.eye(12))
            layer.bias.zero_()
    with pytest.raises(DataError, match=r"by the names of their classes as text \(0, 1, 10, 11, \.\.\.\)"):
        find(network, dataset, device="cpu")
