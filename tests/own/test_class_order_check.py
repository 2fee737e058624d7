"""A model under the wrong order of classes is told from data that is full of faults."""

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.own.class_order_check import check_class_order

NAMES = ("ape", "bee", "cat", "dog")


def answers(meaning: list[int], labels: np.ndarray, wrong: float, classes: int = 4) -> np.ndarray:
    """Logits of a model whose output ``meaning[c]`` stands for class c, and that errs in a share ``wrong``."""
    rng = np.random.default_rng(0)
    said = np.array(meaning)[labels]
    erring = rng.random(len(labels)) < wrong
    said[erring] = rng.integers(0, classes, erring.sum())
    return np.eye(classes, dtype=np.float32)[said]


LABELS = np.random.default_rng(1).integers(0, 4, 1000)


def test_a_good_model_in_the_right_order_passes_without_a_word():
    assert check_class_order(answers([0, 1, 2, 3], LABELS, 0.05), LABELS, NAMES) == ""


def test_half_of_the_labels_wrong_is_no_wrong_order():
    assert check_class_order(answers([0, 1, 2, 3], LABELS, 0.4), LABELS, NAMES) == ""


def test_a_model_that_knows_little_is_a_warning():
    assert "train the model longer" in check_class_order(answers([0, 1, 2, 3], LABELS, 0.7), LABELS, NAMES)


def test_a_shifted_order_is_an_error_that_names_the_likely_one():
    with pytest.raises(DataError, match="order of the classes is probably wrong") as raised:
        check_class_order(answers([1, 2, 3, 0], LABELS, 0.05), LABELS, NAMES)
    assert "output 1 is 'ape'" in str(raised.value)
    assert "classes.json" in str(raised.value)


def test_two_classes_that_changed_places_are_a_warning():
    warning = check_class_order(answers([1, 0, 2, 3], LABELS, 0.05), LABELS, NAMES)
    assert "output 0 is 'bee'" in warning
    assert "output 1 is 'ape'" in warning


def test_a_model_that_knows_nothing_is_an_error_without_a_guess_at_the_order():
    with pytest.raises(DataError, match="check that it is the model of these data"):
        check_class_order(answers([0, 1, 2, 3], LABELS, 1.0), LABELS, NAMES)


def test_naming_the_commonest_class_is_not_knowing():
    labels = np.where(np.arange(1000) % 10 == 0, 1, 0)
    with pytest.raises(DataError, match=r"right for 90\.0%"):
        check_class_order(np.tile(np.float32([1, 0]), (1000, 1)), labels, ("no", "yes"))
