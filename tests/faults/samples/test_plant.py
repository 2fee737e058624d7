"""Faults planted into a data set, with the truth about them."""

from dataclasses import replace

import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.faults.samples.classes import find_class, find_pair
from faultloc.faults.samples.foreign import ForeignBatch
from faultloc.faults.samples.plant import plant_fault
from faultloc.faults.samples.settings import FAULT_KINDS, FaultSettings

PLANTED = [kind for kind in FAULT_KINDS if kind != "none"]
FOREIGN_PIXEL = 77


class Constant:
    """Foreign inputs that are easy to recognise."""

    def draw(self, count, rng):
        return ForeignBatch(np.full((count, 1, 6, 8), FOREIGN_PIXEL, dtype=np.uint8), ("foreign",) * count)


def plant(dataset, kind, *, seed=0, texts=(), is_fault=None, **settings):
    settings = FaultSettings(kind=kind, **{"ratio": 0.15, **settings})
    foreign = Constant() if settings.needs_foreign_inputs else None
    return plant_fault(dataset, texts, is_fault, settings, foreign, np.random.default_rng(seed))


def is_foreign(dataset):
    return (dataset.inputs == FOREIGN_PIXEL).all(axis=(1, 2, 3))


@pytest.mark.parametrize("kind", PLANTED)
def test_the_truth_is_what_differs(images, kind):
    faulty = plant(images, kind)
    differs = (faulty.dataset.labels != images.labels) | is_foreign(faulty.dataset)
    np.testing.assert_array_equal(faulty.truth.is_fault, differs)
    np.testing.assert_array_equal(faulty.truth.true_labels, images.labels)
    assert faulty.truth.sample_ids.tolist() == images.sample_ids.tolist()
    assert faulty.truth.kind == kind


@pytest.mark.parametrize("kind", PLANTED)
def test_the_kind_of_each_fault_says_what_differs(images, kind):
    faulty = plant(images, kind)
    is_label_fault = np.char.endswith(faulty.truth.fault_kinds, "_label")
    is_data_fault = np.char.endswith(faulty.truth.fault_kinds, "_data")
    np.testing.assert_array_equal(is_label_fault, faulty.dataset.labels != images.labels)
    np.testing.assert_array_equal(is_data_fault, is_foreign(faulty.dataset))


@pytest.mark.parametrize("kind", PLANTED)
def test_other_inputs_and_the_original_stay(images, kind):
    before = images.inputs.copy()
    faulty = plant(images, kind)
    np.testing.assert_array_equal(images.inputs, before)
    same = ~is_foreign(faulty.dataset)
    np.testing.assert_array_equal(faulty.dataset.inputs[same], before[same])


@pytest.mark.parametrize("kind", PLANTED)
def test_the_same_generator_state_gives_the_same_faults(images, kind):
    first, again, other = (plant(images, kind, seed=seed).truth.fault_kinds for seed in (0, 0, 1))
    assert first.tolist() == again.tolist() != other.tolist()


def test_texts_are_replaced_where_inputs_are(images):
    texts = tuple(f"text {index}" for index in range(len(images)))
    faulty = plant(images, "random_data", texts=texts)
    for text, original, foreign in zip(faulty.texts, texts, is_foreign(faulty.dataset), strict=True):
        assert text == ("foreign" if foreign else original)


def test_without_a_fault_nothing_is_known(images):
    assert plant(images, "none").truth is None


def test_without_a_fault_the_given_truth_is_the_truth(images):
    is_fault = np.arange(len(images)) < 3
    truth = plant(images, "none", is_fault=is_fault).truth
    assert truth.kind == "given"
    assert truth.element_ids.tolist() == images.sample_ids[:3].tolist()
    assert set(truth.fault_kinds) == {"", "given"}


def test_a_given_truth_is_added_to_what_is_planted(images):
    is_fault = np.arange(len(images)) % 2 == 0
    alone, together = plant(images, "random_label"), plant(images, "random_label", is_fault=is_fault)
    planted = alone.truth.is_fault
    np.testing.assert_array_equal(together.truth.is_fault, planted | is_fault)
    assert set(together.truth.fault_kinds[planted]) == {"random_label"}


def test_the_pair_may_be_given_by_name_or_index(images):
    by_name, by_index = (plant(images, "specific_label", pair=pair) for pair in (["cat", "8"], [0, 2]))
    assert by_name.dataset.labels.tolist() == by_index.dataset.labels.tolist()
    assert set(images.labels[by_name.truth.is_fault]) == {0, 2}


def test_the_class_may_be_given(images):
    assert set(images.labels[plant(images, "specific_data", class_name="dog").truth.is_fault]) == {1}


def test_a_drawn_pair_and_class_change_with_the_seed(images):
    pairs = {
        tuple(sorted(set(images.labels[plant(images, "specific_label", seed=s).truth.is_fault]))) for s in range(20)
    }
    assert pairs == {(0, 1), (0, 2), (1, 2)}
    hit = {int(images.labels[plant(images, "specific_data", seed=s).truth.is_fault][0]) for s in range(20)}
    assert hit == {0, 1, 2}


def test_a_number_is_a_name_before_it_is_an_index(images):
    assert find_class(8, images.class_names, "fault.class_name") == 2
    assert find_class(1, images.class_names, "fault.class_name") == 1


@pytest.mark.parametrize("name", ["emu", 3, -1, "1"])
def test_an_unknown_class_is_one_sentence(images, name):
    with pytest.raises(
        ConfigError, match=rf"fault\.class_name={name}: there is no such class; expected one of cat, dog, 8"
    ):
        plant(images, "specific_data", class_name=name)


@pytest.mark.parametrize("pair", [[0], [0, 1, 2], [0, "cat"], "cat"])
def test_a_pair_that_is_none_is_one_sentence(images, pair):
    with pytest.raises(ConfigError, match=r"fault\.pair=.* expected two different classes"):
        find_pair(pair, images.class_names)


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.1, 1.5, None])
def test_a_ratio_out_of_range_is_one_sentence(ratio):
    with pytest.raises(ConfigError, match=rf"fault\.ratio={ratio}: expected a number between 0 and 1"):
        FaultSettings(kind="random_label", ratio=ratio)


def test_an_unknown_kind_is_one_sentence():
    with pytest.raises(ConfigError, match=r"fault\.kind=typo: expected one of none, random_label"):
        FaultSettings(kind="typo", ratio=0.1)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_ratio_that_plants_nothing_is_one_sentence(images, kind):
    with pytest.raises(ConfigError, match=r"fault\.ratio=0\.001 "):
        plant(images, kind, ratio=0.001)


def test_classes_are_drawn_from_those_that_are_large_enough(images):
    small = replace(images, labels=np.where(np.arange(200) < 5, 1, 2 * (np.arange(200) % 2)))
    hit = {tuple(sorted(set(small.labels[plant(small, "specific_label", seed=s).truth.is_fault]))) for s in range(20)}
    assert hit == {(0, 2)}


def test_a_mixed_fault_without_classes_large_enough_is_one_sentence(images):
    small = replace(images, labels=np.where(np.arange(200) < 4, np.arange(200) % 2, 2))
    with pytest.raises(ConfigError, match=r"asks for 2 of the classes to have 10 samples or more each, and 1 have"):
        plant(small, "mixed")
