"""A model under the wrong order of classes is told from data that is full of faults."""

import numpy as np
import pytest

from faultloc.errors import ClassOrderError, DataError
from faultloc.io.datasets.class_list import read_class_list
from faultloc.own.class_order_check import check_class_order, settle_class_order

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


def test_a_model_of_imbalanced_data_that_knows_only_the_common_class_hears_of_imbalance_and_not_of_an_order():
    labels = np.where(np.arange(1000) % 10 == 0, 1, 0)
    with pytest.raises(DataError, match=r"100\.0% of the samples for 'no'.*imbalanced") as raised:
        check_class_order(np.tile(np.float32([1, 0]), (1000, 1)), labels, ("no", "yes"))
    assert "order" not in str(raised.value)


def test_a_model_that_gives_one_answer_to_all_of_balanced_data_hears_of_its_inputs():
    with pytest.raises(DataError, match="for 'dog', so the inputs are probably not as it knows them") as raised:
        check_class_order(np.tile(np.float32([0, 0, 0, 1]), (1000, 1)), LABELS, NAMES)
    assert "imbalanced" not in str(raised.value)


TEN = tuple(map(str, range(12)))
LABELS_OF_TEN = np.random.default_rng(2).integers(0, 12, 1000)
AS_TEXTS = sorted(TEN)


def meaning_of(order: list[str]) -> list[int]:
    """For each class its output, where the outputs are in ``order``."""
    return [order.index(name) for name in TEN]


def test_an_order_as_texts_stops_with_the_order_to_give():
    with pytest.raises(ClassOrderError, match="sorted as texts") as raised:
        check_class_order(answers(meaning_of(AS_TEXTS), LABELS_OF_TEN, 0.1, 12), LABELS_OF_TEN, TEN)
    assert list(raised.value.classes) == AS_TEXTS


def test_the_order_that_is_given_back_passes():
    logits = answers(meaning_of(AS_TEXTS), LABELS_OF_TEN, 0.1, 12)
    labels = np.array(meaning_of(AS_TEXTS))[LABELS_OF_TEN]
    assert check_class_order(logits, labels, AS_TEXTS) == ""


def test_three_classes_that_went_around_stop_and_two_that_changed_places_do_not():
    around = [1, 2, 0, *range(3, 12)]
    with pytest.raises(ClassOrderError):
        check_class_order(answers(around, LABELS_OF_TEN, 0.1, 12), LABELS_OF_TEN, TEN)
    swapped = [1, 0, *range(2, 12)]
    assert "in each other's place" in check_class_order(answers(swapped, LABELS_OF_TEN, 0.1, 12), LABELS_OF_TEN, TEN)


def test_two_names_that_a_common_order_swaps_do_stop():
    names = ("Zebra", "ape", "bee", "cat", "dog", "emu", "fox", "gnu", "hen", "ibis")
    labels = LABELS_OF_TEN % 10
    small = sorted(names, key=str.casefold)
    logits = answers([small.index(name) for name in names], labels, 0.1, 10)
    with pytest.raises(ClassOrderError, match="whether capital or small"):
        check_class_order(logits, labels, names)


def test_whoever_calls_the_order_right_is_warned_only():
    logits = answers(meaning_of(AS_TEXTS), LABELS_OF_TEN, 0.1, 12)
    assert "it was said to be right" in check_class_order(logits, LABELS_OF_TEN, TEN, trusted=True)
    nothing = answers(list(range(12)), LABELS_OF_TEN, 1.0, 12)
    assert "train the model longer" in check_class_order(nothing, LABELS_OF_TEN, TEN, trusted=True)


@pytest.mark.parametrize("seed", range(20))
def test_a_bad_model_is_never_said_to_have_another_order(seed):
    rng = np.random.default_rng(seed)
    classes, samples = int(rng.integers(2, 40)), int(rng.integers(10, 400))
    labels = rng.integers(0, classes, samples)
    said = np.where(rng.random(samples) < rng.uniform(0, 0.4), labels, rng.integers(0, rng.integers(1, classes + 1)))
    names = tuple(f"c{number}" for number in range(classes))
    try:
        check_class_order(np.eye(classes, dtype=np.float32)[said], labels, names)
    except ClassOrderError:
        pytest.fail("a bad model has no better order")
    except DataError:
        pass


def test_labels_that_are_wrong_for_the_half_of_two_classes_do_not_stop():
    rng = np.random.default_rng(0)
    given = LABELS_OF_TEN.copy()
    for one, other in ((0, 1), (2, 3), (4, 5)):
        moved = (one == LABELS_OF_TEN) & (rng.random(1000) < 0.6)
        back = (other == LABELS_OF_TEN) & (rng.random(1000) < 0.6)
        given[moved], given[back] = other, one
    assert "in another order" in check_class_order(answers(list(range(12)), LABELS_OF_TEN, 0.05, 12), given, TEN)


def test_a_command_writes_the_order_where_it_says(tmp_path):
    logits = answers(meaning_of(AS_TEXTS), LABELS_OF_TEN, 0.1, 12)
    with pytest.raises(ClassOrderError, match=r"--classes .*classes\.json, or --trust-classes"):
        settle_class_order(logits, LABELS_OF_TEN, TEN, tmp_path, print, trusted=False)
    assert read_class_list(tmp_path / "classes.json") == tuple(AS_TEXTS)


def test_more_outputs_than_classes_keep_a_place_each(tmp_path):
    labels = LABELS_OF_TEN % 4
    logits = answers([5, 3, 0, 1], labels, 0.05, 6)
    with pytest.raises(ClassOrderError) as raised:
        check_class_order(logits, labels, NAMES)
    assert [raised.value.classes[output] for output in (5, 3, 0, 1)] == list(NAMES)
    assert len(set(raised.value.classes)) == 6
