"""Real data beside the repository, where there are any."""

import gzip
from pathlib import Path

import numpy as np
import pytest

MNIST = Path(__file__).resolve().parents[4] / "shared" / "data" / "mnist"


@pytest.fixture(scope="session")
def real_digits() -> tuple[np.ndarray, np.ndarray]:
    """The first 200 test images of MNIST as numbers in [0, 1], and their labels; skips the test where they are not."""
    if not MNIST.is_dir():
        pytest.skip("the data set mnist is not stored beside the repository")
    with gzip.open(MNIST / "t10k-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(16 + 200 * 784), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(MNIST / "t10k-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(8 + 200), np.uint8, offset=8)
    return images / 255, labels.astype(np.int64)
