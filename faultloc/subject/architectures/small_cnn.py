"""A small convolutional network with ReLU and max pooling."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from faultloc.subject.architectures.lenet import flattened_size


class SmallCNN(nn.Module):
    """Three convolutions, each with ReLU and max pooling, and two linear layers: the kinds of layers that AlexNet has,
    in small; 32x32 gives 512 features.
    """

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = input_shape[0]
        for width in (8, 16, 32):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.hidden = nn.Sequential(nn.Linear(flattened_size(self.features, input_shape, "SmallCNN"), 64), nn.ReLU())
        self.fc = nn.Linear(64, num_classes)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample class"]:
        return self.fc(self.hidden(self.features(inputs)))
