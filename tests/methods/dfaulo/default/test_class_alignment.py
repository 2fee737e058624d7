import warnings

import numpy as np
import pytest

from faultloc.methods.dfaulo.default.suffix.class_alignment import class_alignment


def test_samples_along_a_class_are_aligned_and_others_are_not():
    features = np.float32([[5, 0, 0], [1, 0, 0], [0, 2, 0], [0, 9, 0], [0, 0, 3]])
    labels = np.array([0, 0, 1, 1, 1])
    aligned = class_alignment(features, labels)
    assert (aligned[:4] > 0.99).all()
    assert aligned[4] < 0.01


@pytest.mark.parametrize("size", [6, 40])  # fewer than a class has samples, and more
def test_it_is_the_squared_cosine_to_the_best_first_eigenvector(size):
    rng = np.random.default_rng(0)
    features, labels = rng.normal(1, 1, (50, size)).astype(np.float32), rng.integers(0, 3, 50)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    expected = np.zeros(50)
    for label in range(3):
        direction = np.linalg.svd(unit[labels == label])[2][0]
        expected = np.maximum(expected, [float(row @ direction) ** 2 for row in unit])
    np.testing.assert_allclose(class_alignment(features, labels), expected, atol=1e-5)


def test_a_wrong_label_changes_little_and_zeros_are_no_error():
    features = np.float32([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [0, 0]])
    aligned = class_alignment(features, np.array([0, 0, 1, 1, 1, 0]))
    assert aligned[2] > 0.9  # like class 0, whatever its label says
    assert aligned[5] == 0


def test_numbers_whose_squares_overflow_are_aligned_as_smaller_ones():
    features = np.random.default_rng(0).normal(1, 1, (30, 4)).astype(np.float32)
    labels = np.arange(30) % 2
    features[3] *= 1e25
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        aligned = class_alignment(features, labels)
    smaller = features.copy()
    smaller[3] /= 1e25
    np.testing.assert_allclose(aligned, class_alignment(smaller, labels), atol=1e-5)
