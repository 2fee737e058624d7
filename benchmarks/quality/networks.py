"""The subjects' networks."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from faultloc.subject.architecture import Architecture


class ReluLeNet5(nn.Module):
    """LeNet-5 as it is mostly written today: relu, max pooling, 400-120-84 for 28x28 images."""

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(input_shape[0], 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5, padding=0 if input_shape[1] >= 28 else 2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )  # fmt: skip
        size = self.features(torch.zeros(1, *input_shape)).shape[1]
        self.classifier = nn.Sequential(
            nn.Linear(size, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, num_classes)
        )

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(inputs))


class ConvNet(nn.Module):
    """Three convolutions with batch normalisation, one hidden layer: a small network for 32x32 photographs."""

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = [input_shape[0], 16, 32, 64]
        for taken, made in pairwise(channels):
            layers += [nn.Conv2d(taken, made, 3, padding=1), nn.BatchNorm2d(made), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        size = 64 * (input_shape[1] // 8) * (input_shape[2] // 8)
        self.classifier = nn.Sequential(nn.Linear(size, 128), nn.ReLU(), nn.Linear(128, num_classes))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(inputs))


def architecture(name: str, *, input_shape: Sequence[int], num_classes: int, vocabulary_size: int) -> Architecture:
    """The architecture of that name, fitted to the data."""
    targets = {
        "lenet5": ("benchmarks.quality.networks.ReluLeNet5", {}),
        "convnet": ("benchmarks.quality.networks.ConvNet", {}),
        "resnet20": ("faultloc.subject.architectures.ResNet20", {}),
        "lstm": (
            "faultloc.subject.architectures.RecurrentClassifier",
            {"embedding_size": 100, "hidden_size": 64, "layers": 1, "dropout": 0.0},
        ),
    }
    target, arguments = targets[name]
    return Architecture(target, arguments).fitted_to(
        input_shape=input_shape, num_classes=num_classes, vocabulary_size=vocabulary_size
    )
