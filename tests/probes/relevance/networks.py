"""Small networks with random weights for the tests of relevance, in double precision where float noise would hide them.

Batch normalisations hold numbers of their own, so that folding them changes something.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.subject.architectures import ResNet20
from faultloc.torchvision_import import import_torchvision


class FunctionalLeNet(nn.Module):
    """The same layers as `lenet` with the operations as functions and one shared ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 5), nn.Conv2d(4, 6, 5)
        self.fc1, self.fc2 = nn.Linear(96, 20), nn.Linear(20, 5)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = F.max_pool2d(self.relu(self.conv1(inputs)), 2)
        hidden = F.max_pool2d(F.relu(self.conv2(hidden)), 2)
        hidden = hidden.view(hidden.size(0), -1)
        return self.fc2(self.relu(self.fc1(hidden)))


def lenet(*, bias: bool = True, inplace: bool = False, activation: Callable[[], nn.Module] | None = None) -> nn.Module:
    """Two convolutions with max pooling, two linear layers, on images of 28 by 28."""
    activation = activation or (lambda: nn.ReLU(inplace=inplace))
    return nn.Sequential(
        nn.Conv2d(1, 4, 5, bias=bias), activation(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 5, bias=bias), activation(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(96, 20, bias=bias), activation(), nn.Dropout(), nn.Linear(20, 5, bias=bias),
    )  # fmt: skip


def functional_lenet(like: nn.Module) -> nn.Module:
    """`FunctionalLeNet` with the weights of a `lenet`."""
    network = FunctionalLeNet()
    pairs = ((network.conv1, like[0]), (network.conv2, like[3]), (network.fc1, like[7]), (network.fc2, like[10]))
    for ours, theirs in pairs:
        ours.load_state_dict(theirs.state_dict())
    return network


def vgg(*, normalised: bool, bias: bool = True) -> nn.Module:
    """Four convolutions, with batch normalisation or without, max and average pooling, on images of 16 by 16."""
    layers: list[nn.Module] = []
    for before, after in ((3, 8), (8, 8), (8, 12), (12, 12)):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=bias)]
        layers += [nn.BatchNorm2d(after)] if normalised else []
        layers += [nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(3, 2, 1)] if before == 8 else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(48, 16, bias=bias), nn.ReLU(),
                         nn.Linear(16, 5, bias=bias))  # fmt: skip


def resnet18() -> nn.Module:
    """torchvision's."""
    return import_torchvision("torchvision.models", purpose="a test").resnet18(num_classes=5)


def resnet20() -> nn.Module:
    """Ours, whose ReLUs and shortcuts are functions."""
    return ResNet20((3, 16, 16), 5)


def settled(network: nn.Module, seed: int = 0, *, eps: float = 1e-5) -> nn.Module:
    """``network`` in double precision and evaluation mode, with random batch statistics, scales and shifts.

    Weights are as large as those of trained networks, so that a rule's stabiliser is small beside what it stabilises.
    """
    generator = torch.Generator().manual_seed(seed)
    network = network.double().eval()
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d) and not isinstance(layer.weight, nn.UninitializedParameter):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.eps = eps
            for values, low, high in (
                (layer.running_mean, -0.2, 0.2), (layer.running_var, 0.5, 1.5),
                (layer.weight.data, 0.5, 1.5), (layer.bias.data, -0.2, 0.2),
            ):  # fmt: skip
                values.copy_(torch.rand(values.shape, generator=generator).mul(high - low).add(low))
    return network


def images(samples: int, channels: int, side: int, seed: int = 1) -> Tensor:
    """Random images in double precision."""
    return torch.rand(samples, channels, side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.double)
