"""The data of the programs: scikit-learn's bundled sets and batches of them. Nothing is downloaded."""

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from torch import Tensor


def shuffled_batches(samples: int, *, size: int, steps: int, seed: int) -> Iterator[Tensor]:
    """The rows of each of ``steps`` batches; shuffled anew for each pass, by a generator that nothing else uses."""
    generator = torch.Generator().manual_seed(seed)
    rows: tuple[Tensor, ...] = ()
    for _ in range(steps):
        if not rows:
            rows = torch.randperm(samples, generator=generator).split(size)
        yield rows[0]
        rows = rows[1:]


def standardised(values: Tensor) -> Tensor:
    """The columns with mean 0 and standard deviation 1; a column without spread becomes 0."""
    return (values - values.mean(dim=0)) / values.std(dim=0).clamp_min(1e-8)


def digits() -> tuple[Tensor, Tensor]:
    """1,797 pictures of 64 pixels in [0, 1], and their labels 0 to 9."""
    return _tensors(load_digits(return_X_y=True), scale=1 / 16)


def iris() -> tuple[Tensor, Tensor]:
    """150 flowers of 4 measures in centimetres, and their labels 0 to 2."""
    return _tensors(load_iris(return_X_y=True))


def wine() -> tuple[Tensor, Tensor]:
    """178 wines of 13 measures, standardised, and their labels 0 to 2."""
    inputs, labels = _tensors(load_wine(return_X_y=True))
    return standardised(inputs), labels


def breast_cancer() -> tuple[Tensor, Tensor]:
    """569 tumours of 30 measures, standardised, and their labels 0 and 1."""
    inputs, labels = _tensors(load_breast_cancer(return_X_y=True))
    return standardised(inputs), labels


def diabetes() -> tuple[Tensor, Tensor]:
    """442 patients of 10 measures, standardised, and how far the disease went (25 to 346) as a vector of floats."""
    inputs, targets = load_diabetes(return_X_y=True)
    return standardised(torch.tensor(inputs, dtype=torch.float32)), torch.tensor(targets, dtype=torch.float32)


def xor() -> tuple[Tensor, Tensor]:
    """The four rows of exclusive or, of -1 and 1, and their answers 0 and 1 as a column."""
    inputs = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    return inputs, torch.tensor([[0.0], [1.0], [1.0], [0.0]])


def _tensors(arrays: tuple[np.ndarray, np.ndarray], scale: float = 1.0) -> tuple[Tensor, Tensor]:
    inputs, labels = arrays
    return torch.tensor(inputs * scale, dtype=torch.float32), torch.tensor(labels, dtype=torch.int64)
