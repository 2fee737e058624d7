"""Digits with planted wrong labels, and a network that has learned them."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import train_network

FAULTS = 60


@dataclass(frozen=True)
class Digits:
    """Pictures of 8x8 in [0, 1], given labels, the places of the wrong ones, and a network that was trained on them."""

    inputs: np.ndarray
    labels: np.ndarray
    wrong: np.ndarray
    network: nn.Module


@pytest.fixture(scope="session")
def digits() -> Digits:
    images, labels = load_digits(return_X_y=True)
    inputs = (images[:1200].reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    rng = np.random.default_rng(0)
    given = labels[:1200].astype(np.int64)
    wrong = rng.choice(1200, FAULTS, replace=False)
    given[wrong] = (given[wrong] + rng.integers(1, 10, FAULTS)) % 10
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 12, 3), nn.ReLU(), nn.Flatten(), nn.Linear(432, 48), nn.ReLU(), nn.Linear(48, 10)
    )
    recipe = TrainingRecipe("Adam", 8, 64, {"lr": 0.003})
    train_network(network, torch.from_numpy(inputs), given, np.arange(1200), recipe, torch.Generator().manual_seed(0))
    return Digits(inputs, given, wrong, network.eval())
