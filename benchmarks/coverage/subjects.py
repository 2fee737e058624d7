"""The network of the measurements, LeNet-5 with ReLU as WISDOM has it (236 units), trained on MNIST from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.io.datasets import read_mnist
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network

RECIPE = TrainingRecipe("Adam", epochs=2, batch_size=64, optimizer_options={"lr": 0.001})
_TRAINED_ON = 20_000


# Images as bytes [sample, 1, 28, 28], and labels.
Data = tuple[Tensor, np.ndarray]


@dataclass(frozen=True)
class Subject:
    """A trained network, and MNIST."""

    network: nn.Module
    train: Data
    test: Data


def load_subject(root: Path, kept: Path, seed: int) -> Subject:
    """The data under ``root`` (the folder of mnist/) and a network trained on a third of them for two epochs.

    Its weights are kept in the folder ``kept``.
    """
    splits = read_mnist(root=str(root / "mnist"))
    train, test = ((torch.from_numpy(np.array(part.inputs)), part.labels) for part in (splits.train, splits.test))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = lenet()
    path = kept / f"lenet-{seed}.pt"
    if path.exists():
        network.load_state_dict(torch.load(path, weights_only=True))
    else:
        rows = np.arange(_TRAINED_ON)
        train_network(network, train[0], train[1], rows, RECIPE, torch_generator(seed, "coverage", "epochs"))
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), path)
    return Subject(network.eval(), train, test)


def lenet() -> nn.Sequential:
    """6 and 16 channels, 120, 84 and 10 units."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def in_batches(data: Data, size: int) -> Iterator[Data]:
    """The samples in order, ``size`` at a time."""
    inputs, labels = data
    for start in range(0, len(inputs), size):
        yield inputs[start : start + size], labels[start : start + size]
