"""A small data set of three classes of different sizes."""

import numpy as np
import pytest

from faultloc.subject.dataset import LabeledDataset

COUNTS = (100, 60, 40)


@pytest.fixture
def labels():
    return np.random.default_rng(7).permutation(np.repeat(np.arange(len(COUNTS)), COUNTS))


@pytest.fixture
def images(labels):
    pixels = np.random.default_rng(8).integers(0, 256, (len(labels), 1, 6, 8), dtype=np.uint8)
    ids = np.array([f"train/{index:05d}" for index in range(len(labels))])
    return LabeledDataset(pixels, labels, ids, ("cat", "dog", "8"))
