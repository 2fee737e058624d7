"""Faults of a data set whose samples have targets instead of labels."""

import numpy as np
import pytest

from faultloc.errors import ConfigError
from faultloc.faults.samples.foreign import ForeignBatch
from faultloc.faults.samples.plant import plant_fault
from faultloc.faults.samples.settings import FaultSettings
from faultloc.subject.dataset import LabeledDataset, Targets

SAMPLES, SIDE = 400, 40


class Black:
    """Foreign inputs that are easy to recognise: no other input is black."""

    def draw(self, count, rng):
        return ForeignBatch(np.zeros((count, 1, 4, 4), dtype=np.uint8))


@pytest.fixture
def faces():
    rng = np.random.default_rng(0)
    inputs = rng.integers(1, 256, (SAMPLES, 1, 4, 4), dtype=np.uint8)
    ids = np.array([f"face/{index}" for index in range(SAMPLES)])
    targets = rng.normal(20, 1, (SAMPLES, 10)).astype(np.float32)
    return LabeledDataset(inputs, np.zeros(SAMPLES, dtype=np.int64), ids, ("face",), Targets(targets, 0, SIDE))


def plant(faces, kind, *, ratio=0.1, seed=0):
    settings = FaultSettings(kind=kind, ratio=ratio)
    foreign = Black() if settings.needs_foreign_inputs else None
    return plant_fault(faces, (), None, settings, foreign, np.random.default_rng(seed))


def moved(faces, faulty):
    return (faulty.dataset.targets.values != faces.targets.values).any(axis=1)


@pytest.mark.parametrize("kind", ["random_label", "random_data"])
def test_the_ratio_of_all_samples_has_other_targets_and_is_called_faulty(faces, kind):
    faulty = plant(faces, kind)
    np.testing.assert_array_equal(faulty.truth.is_fault, moved(faces, faulty))
    assert faulty.truth.is_fault.sum() == 40
    assert set(faulty.truth.fault_kinds) == {"", kind}


def test_wrong_targets_are_uniform_over_their_range(faces):
    faulty = plant(faces, "random_label", ratio=0.9)
    drawn = faulty.dataset.targets.values[faulty.truth.is_fault].ravel()
    counts = np.histogram(drawn, bins=4, range=(0, SIDE))[0]
    assert counts.sum() == drawn.size  # none lies outside
    assert (abs(counts / drawn.size - 0.25) < 0.03).all()


def test_wrong_targets_keep_their_input(faces):
    np.testing.assert_array_equal(plant(faces, "random_label").dataset.inputs, faces.inputs)


def test_foreign_inputs_replace_those_of_the_faults_only(faces):
    faulty = plant(faces, "random_data")
    is_black = (faulty.dataset.inputs == 0).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(is_black, faulty.truth.is_fault)


def test_the_data_set_that_was_given_is_not_modified(faces):
    before = faces.targets.values.copy()
    plant(faces, "random_data")
    np.testing.assert_array_equal(faces.targets.values, before)


def test_the_same_seed_gives_the_same_faults_and_another_seed_others(faces):
    first, again, other = (plant(faces, "random_label", seed=seed).dataset.targets.values for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("kind", ["specific_label", "specific_data", "mixed"])
def test_a_fault_of_classes_is_refused(faces, kind):
    with pytest.raises(ConfigError, match=rf"fault.kind={kind} is about classes.*expected one of random_label"):
        plant(faces, kind)
