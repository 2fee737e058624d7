from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from torch import nn

from faultloc.subject.architectures import LeNet1
from faultloc.subject.margin_record import MarginRecord
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network

RECIPE = TrainingRecipe("Adam", epochs=12, batch_size=32, optimizer_options={"lr": 0.005})


@dataclass(frozen=True)
class FaultyDigits:
    """Digits of which some have a wrong label, and LeNet-1 trained on them."""

    inputs: torch.Tensor
    labels: np.ndarray
    is_fault: np.ndarray
    network: nn.Module
    margin: np.ndarray

    def auroc(self, suspiciousness: np.ndarray) -> float:
        """The chance that a wrong label is above a right one; of 60 among 600 a random list stays below .6."""
        return roc_auc_score(self.is_fault, suspiciousness)


def fresh_lenet(item: int) -> nn.Module:
    torch.manual_seed(item)
    return LeNet1((1, 28, 28), 10)


@pytest.fixture(scope="session")
def digits() -> FaultyDigits:
    images, labels = load_digits(return_X_y=True)
    images, labels = images[:600].reshape(-1, 1, 8, 8), labels[:600].astype(np.int64)
    inputs = nn.functional.interpolate(torch.from_numpy(images / 16).float(), size=(28, 28), mode="bilinear")
    is_fault = np.arange(600) % 10 == 3
    given = np.where(is_fault, (labels + 1 + np.arange(600) % 7) % 10, labels)
    network, record = fresh_lenet(0), MarginRecord(600, torch.device("cpu"))
    train_network(network, inputs, given, np.arange(600), RECIPE, torch_generator(0, "digits"), on_batch=record.observe)
    return FaultyDigits(inputs, given, is_fault, network.eval(), record.means())
