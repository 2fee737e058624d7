"""Small, clean sets: one of which the inputs alone do not tell two classes apart, and points in a plane."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.datasets import make_moons
from torch import nn

from faultloc import locate_data_faults

EACH, SIDE = 120, 12


def dark_bright_striped(seed: int = 0) -> tuple[torch.Tensor, np.ndarray]:
    """Noise that is dark, bright, or bright in every other column: but for its brightness dark looks as bright does."""
    rng = np.random.default_rng(seed)
    classes = np.repeat(np.arange(3), EACH)
    brightness = [np.zeros(SIDE), np.full(SIDE, 120), 120 * (np.arange(SIDE) % 2)]
    pictures = [rng.integers(0, 60, (SIDE, SIDE)) + brightness[label] for label in classes]
    return torch.from_numpy(np.stack(pictures)[:, None].astype(np.float32) / 255), classes


def trained(build: Callable[[], nn.Module], inputs: torch.Tensor, labels: np.ndarray, steps: int) -> nn.Module:
    torch.manual_seed(0)
    network = build()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs), torch.from_numpy(labels)).backward()
        optimizer.step()
    return network.eval()


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 32), nn.ReLU(), nn.Linear(32, 3))


def convolutional() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(200, 3))


@pytest.mark.parametrize("build", [perceptron, convolutional])
def test_nothing_is_called_faulty_in_a_clean_set(build):
    inputs, classes = dark_bright_striped()
    model = trained(build, inputs, classes, 60)
    found = locate_data_faults(model, torch.utils.data.TensorDataset(inputs, torch.from_numpy(classes)))
    assert found.suspiciousness.sum() < 0.02 * len(classes)


@pytest.mark.parametrize("seen", [False, True], ids=["trained before", "trained on them"])
def test_six_wrong_labels_are_found_and_few_others_called_faulty(seen):
    inputs, classes = dark_bright_striped()
    given = classes.copy()
    given[:6] = 1
    model = trained(perceptron, inputs, given if seen else classes, 200 if seen else 60)
    found = locate_data_faults(model, torch.utils.data.TensorDataset(inputs, torch.from_numpy(given)))
    first = set(np.argsort(-found.suspiciousness, kind="stable")[:12])
    assert len(first & set(range(6))) >= 5
    assert found.suspiciousness.sum() < 0.05 * len(classes)


@pytest.mark.parametrize("seed", [0, 2])
def test_where_two_classes_of_points_in_a_plane_overlap_few_points_are_called_foreign(seed):
    points, classes = make_moons(1000, noise=0.35, random_state=seed)
    inputs = torch.from_numpy(((points - points.mean(axis=0)) / points.std(axis=0)).astype(np.float32))

    def network() -> nn.Module:
        layers = nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2)
        return nn.Sequential(*layers)

    model = trained(network, inputs, classes, 30)
    found = locate_data_faults(model, torch.utils.data.TensorDataset(inputs, torch.from_numpy(classes)))
    assert (found.ranking["kind"] == "foreign input").mean() <= 0.01
