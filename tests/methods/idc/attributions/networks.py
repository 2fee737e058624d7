"""Small networks that attributions are read of: those that captum does without a fault, and those with its traps."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

SAMPLES, CLASSES = 6, 3


def seeded(network: nn.Module) -> nn.Module:
    """The same weights each time, in evaluation mode; batch normalisations as after some training."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for module in network.modules():
            for parameter in module.parameters(recurse=False):
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / max(1, parameter[0].numel()) ** 0.5)
            if isinstance(module, nn.BatchNorm2d):
                module.weight.abs_().add_(0.5)
                module.running_mean.copy_(torch.randn(module.running_mean.shape, generator=generator))
                module.running_var.copy_(torch.rand(module.running_var.shape, generator=generator) + 0.5)
    return network.eval()


def images(number: int = SAMPLES) -> tuple[Tensor, np.ndarray]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(number, 1, 12, 12, generator=generator), np.arange(number) % CLASSES


class LeNet(nn.Module):
    """Every module once, none of them in place; ``passes`` stands between two modules with a rule of their own."""

    def __init__(self, activation: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3)
        self.act1, self.act2, self.act3 = activation(), activation(), activation()
        self.pool1, self.pool2 = nn.MaxPool2d(2), nn.MaxPool2d(3)
        self.fc1, self.fc2 = nn.Linear(6, 8), nn.Linear(8, CLASSES)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.pool1(self.passes(self.act1(self.conv1(inputs))))
        maps = self.pool2(self.passes(self.act2(self.conv2(maps))))
        return self.fc2(self.act3(self.fc1(maps.flatten(1))))

    def passes(self, values: Tensor) -> Tensor:
        return values * 1.0


class InPlace(LeNet):
    """The same numbers by functions, of which some write over what they are given."""

    def forward(self, inputs: Tensor) -> Tensor:
        maps = F.max_pool2d(F.relu(self.conv1(inputs), inplace=True), 2)
        maps = self.conv2(maps)
        maps.relu_()
        return self.fc2(torch.relu_(self.fc1(F.max_pool2d(maps, 3).flatten(1))))


class Reused(LeNet):
    """The same numbers, by one ReLU that is called three times and works in place."""

    def __init__(self) -> None:
        super().__init__()
        del self.act2, self.act3
        self.act1 = nn.ReLU(inplace=True)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.pool1(self.act1(self.conv1(inputs)))
        maps = self.pool2(self.act1(self.conv2(maps)))
        return self.fc2(self.act1(self.fc1(maps.flatten(1))))


class Vgg(nn.Module):
    """Blocks of convolutions, with batch normalisation or without; captum's LRP has no rule for nn.Flatten."""

    def __init__(self, *, norm: bool, bias: bool = True) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for given, wanted in ((1, 4), (4, 4), (4, 6)):
            blocks.append(nn.Conv2d(given, wanted, 3, padding=1, bias=bias))
            blocks += [nn.BatchNorm2d(wanted)] if norm else []
            blocks.append(nn.ReLU())
            blocks += [nn.MaxPool2d(2)] if given != 1 else []
        self.features = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1))
        self.hidden, self.act, self.head = nn.Linear(6, 5, bias=bias), nn.ReLU(), nn.Linear(5, CLASSES, bias=bias)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.head(self.act(self.hidden(self.features(inputs).flatten(1))))


def with_weights(network: nn.Module) -> list[str]:
    """The names of all convolutional and linear layers."""
    return [name for name, module in network.named_modules() if isinstance(module, (nn.Conv2d, nn.Linear))]


class Twice(nn.Module):
    """A convolution that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.again, self.head = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3, padding=1), nn.Linear(2, CLASSES)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.conv(inputs).relu()
        for _ in range(2):
            maps = self.again(maps).relu()
        return self.head(maps.mean((2, 3)))


class Detector(nn.Module):
    """Gives a dictionary of class scores and of boxes, which one layer makes alone; another layer is not called."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.classes, self.boxes = nn.Conv2d(1, 4, 3), nn.Linear(4, CLASSES), nn.Linear(4, 2)
        self.unused = nn.Linear(4, 4)

    def forward(self, inputs: Tensor) -> dict[str, Tensor]:
        values = self.body(inputs).relu().mean((2, 3))
        return {"scores": self.classes(values), "boxes": self.boxes(values)}


class Words(nn.Module):
    """Reads token ids; a linear layer works on sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.each, self.head = nn.Embedding(9, 5), nn.Linear(5, 4), nn.Linear(4, CLASSES)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.each(self.embedding(tokens)).relu().mean(1))


class Gate(nn.Module):
    """Multiplies two things that hang on the sample, which the rescale rule knows nothing about."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.gate, self.head = nn.Conv2d(1, 3, 3), nn.Linear(3, 3), nn.Linear(3, CLASSES)

    def forward(self, inputs: Tensor) -> Tensor:
        values = self.conv(inputs).relu().mean((2, 3))
        return self.head(values * self.gate(values).sigmoid())
