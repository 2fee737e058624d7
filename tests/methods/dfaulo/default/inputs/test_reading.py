import tracemalloc

import numpy as np
import pytest
import torch

from faultloc.methods.dfaulo.default.inputs import reading as reading_module
from faultloc.methods.dfaulo.default.inputs.reading import read_inputs


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images_of_two_kinds(samples=200, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, samples)
    stripes = np.indices((16, 16))
    pattern = np.stack([stripes[0] % 4 < 2, stripes[1] % 4 < 2])
    images = pattern[labels][:, None] * 120.0 + rng.normal(60, 30, (samples, 1, 16, 16))
    return torch.from_numpy(images.clip(0, 255).astype(np.uint8)), labels


def texts_of_two_kinds(samples=200, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, samples)
    return torch.from_numpy(rng.integers(1, 40, (samples, 15)) + 25 * labels[:, None]), labels


def rows_of_two_kinds(samples=200, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, samples)
    return torch.from_numpy(rng.normal(0, 1, (samples, 6)).astype(np.float32) + 3 * labels[:, None]), labels


KINDS = {"images": images_of_two_kinds, "texts": texts_of_two_kinds, "rows": rows_of_two_kinds}


@pytest.mark.parametrize("kind", KINDS)
def test_the_inputs_alone_tell_labels_that_were_exchanged(kind):
    inputs, labels = KINDS[kind]()
    given = labels.copy()
    given[:10] = 1 - given[:10]
    reading = read_inputs(inputs, given, 2, generator())
    assert reading is not None
    assert (reading.opinion.argmax(axis=1) == labels).mean() > 0.95
    assert (reading.opinion[np.arange(10), given[:10]] < 0.5).mean() > 0.8
    np.testing.assert_allclose(reading.opinion.sum(axis=1), 1, atol=1e-5)
    assert len(reading.features) == 200


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind):
    inputs, labels = KINDS[kind]()
    first, second = (read_inputs(inputs, labels, 2, generator(3)) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.opinion.tobytes() == second.opinion.tobytes()
    assert first.features.tobytes() == second.features.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_that_tell_nothing_say_how_frequent_labels_are(kind):
    inputs, _ = KINDS[kind](samples=2000)
    labels = (np.random.default_rng(5).random(2000) < 0.2).astype(np.int64)
    reading = read_inputs(inputs, labels, 2, generator())
    assert reading is not None
    assert np.abs(reading.opinion[:, 1] - 0.2).mean() < 0.05


def test_rows_of_yes_and_no_are_numbers_and_no_words():
    labels = np.random.default_rng(0).integers(0, 2, 200)
    inputs = torch.from_numpy(np.eye(2, dtype=bool)[labels])
    reading = read_inputs(inputs, labels, 2, generator())
    assert reading is not None
    assert (reading.opinion.argmax(axis=1) == labels).all()


def test_of_too_few_samples_nothing_is_said():
    inputs, labels = rows_of_two_kinds(samples=19)
    assert read_inputs(inputs, labels, 2, generator()) is None


def test_a_class_that_nobody_has_and_values_that_are_no_numbers_give_finite_answers():
    inputs, labels = rows_of_two_kinds()
    inputs[3, 2], inputs[5, 1] = torch.nan, torch.inf
    reading = read_inputs(inputs, labels, 4, generator())
    assert reading is not None
    assert np.isfinite(reading.opinion).all()
    assert reading.opinion[:, 2:].max() < 0.05


def test_the_inputs_are_not_modified():
    inputs, labels = images_of_two_kinds()
    before = inputs.clone()
    read_inputs(inputs, labels, 2, generator())
    assert torch.equal(inputs, before)


def test_of_long_rows_the_end_is_read_as_well():
    rows, labels = rows_of_two_kinds()
    noise = torch.from_numpy(np.random.default_rng(1).normal(0, 1, (200, 9000)).astype(np.float32))
    noise[:, -600:] += rows.mean(1, keepdim=True)
    reading = read_inputs(noise, labels, 2, generator())
    assert reading is not None
    assert (reading.opinion.argmax(axis=1) == labels).mean() > 0.9


def test_images_of_hundreds_of_channels_are_read_as_rows_of_numbers():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    inputs = rng.normal(0, 1, (60, 200, 12, 12)).astype(np.float32) + 0.5 * labels[:, None, None, None]
    reading = read_inputs(torch.from_numpy(inputs.astype(np.float32)), labels, 2, generator())
    assert reading is not None
    assert (reading.opinion.argmax(axis=1) == labels).mean() > 0.9


@pytest.mark.parametrize("mark", [1e20, 3e38])
def test_a_mark_for_missing_values_gives_finite_answers(mark):
    for inputs, labels in (rows_of_two_kinds(), images_of_two_kinds()):
        marked = inputs.float()
        marked[3].view(-1)[2:5] = mark
        reading = read_inputs(marked, labels, 2, generator())
        assert reading is not None
        assert np.isfinite(reading.opinion).all()
        assert np.isfinite(reading.features).all()


@pytest.mark.parametrize("mark", [1e10, 1e20, 3e38])
def test_a_mark_for_a_missing_value_leaves_what_is_said_of_other_images_as_it_was(mark):
    images, labels = images_of_two_kinds()
    inputs = images.float()
    marked = inputs.clone()
    marked[3].view(-1)[2] = mark
    others = np.arange(200) != 3
    plain, said = (read_inputs(given, labels, 2, generator()) for given in (inputs, marked))
    assert plain is not None
    assert said is not None
    assert np.abs(plain.opinion - said.opinion)[others].mean() < 0.05
    assert (said.opinion.argmax(axis=1) == labels)[others].mean() > 0.95


def test_probabilities_take_no_second_array_of_samples_and_classes():
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(60_000, 40)).astype(np.float32), rng.integers(0, 40, 60_000)
    tracemalloc.start()
    probabilities = reading_module._as_probabilities(scores, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    # What one number is fitted by, and a block: not the whole in double precision, several times.
    assert peak < 2 * 60_000 * 40 * 8


@pytest.mark.parametrize(("samples", "shape"), [(60, (3, 32, 32)), (50, (3000,)), (200, (9000,))])
def test_noise_tells_nothing_of_few_samples_with_thousands_of_numbers(samples, shape):
    rng = np.random.default_rng(1)
    inputs, labels = rng.normal(size=(samples, *shape)).astype(np.float32), rng.integers(0, 2, samples)
    reading = read_inputs(torch.from_numpy(inputs), labels, 2, generator())
    assert reading is not None
    assert reading.opinion[np.arange(samples), labels].mean() < 0.6
