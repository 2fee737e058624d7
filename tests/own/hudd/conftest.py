"""Digits, some of them spoilt, and a network that knows the sound ones."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import train_network

TRAINED, TESTED = 900, 500


@dataclass(frozen=True)
class Spoilt:
    """A network, the test digits (8x8, in [0, 1]) with their labels, of which some are turned upside down or dimmed,
    and as many more, spoilt in the same way."""

    network: nn.Module
    test: tuple[np.ndarray, np.ndarray]
    more: tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="package")
def spoilt() -> Spoilt:
    images, labels = load_digits(return_X_y=True)
    inputs, labels = (images.reshape(-1, 1, 8, 8) / 16).astype(np.float32), labels.astype(np.int64)
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(128, 10)
    )
    recipe = TrainingRecipe("Adam", 8, 64, {"lr": 0.005})
    train_network(
        network, torch.from_numpy(inputs), labels, np.arange(TRAINED), recipe, torch.Generator().manual_seed(0)
    )
    rest = inputs[TRAINED:].copy()
    rest[::5] = rest[::5, :, ::-1, ::-1]
    rest[2::5] *= 0.15
    return Spoilt(
        network.eval(), (rest[:TESTED], labels[TRAINED:][:TESTED]), (rest[TESTED:], labels[TRAINED:][TESTED:])
    )
