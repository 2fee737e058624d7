"""LeNet-1 and LeNet-5, as the DFauLo experiments use them."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from faultloc.errors import ModelError


def flattened_size(layers: nn.Module, input_shape: Sequence[int], name: str) -> int:
    """The number of values that ``layers`` make of one input of ``input_shape`` (channel, height, width)."""
    try:
        with torch.no_grad():
            return int(layers(torch.zeros(1, *input_shape)).numel())
    except RuntimeError as error:
        raise ModelError(
            f"{name} cannot take inputs of shape {tuple(input_shape)} (channel, height, width): they are too small or "
            "not images; choose another model or a larger image size"
        ) from error


class LeNet1(nn.Module):
    """Two convolutions with tanh and average pooling, one linear layer; 28x28 gives 192 features.

    Source: LeCun et al. 1989; sizes from the authors' code of DFauLo.
    """

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(input_shape[0], 4, 5),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(4, 12, 5),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Flatten(),
        )
        self.fc = nn.Linear(flattened_size(self.features, input_shape, "LeNet1"), num_classes)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample class"]:
        return self.fc(self.features(inputs))


class LeNet5(nn.Module):
    """Three convolutions with sigmoid, two linear layers without an activation between them.

    Source: LeCun et al. 1998; sizes and activations from the authors' code of DFauLo.
    """

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(input_shape[0], 6, 5, padding=2),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
            nn.Conv2d(16, 120, 5),
            nn.Flatten(),
        )
        self.f6 = nn.Linear(flattened_size(self.features, input_shape, "LeNet5"), 84)
        self.f7 = nn.Linear(84, num_classes)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample class"]:
        return self.f7(self.f6(self.features(inputs)))
