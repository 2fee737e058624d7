"""ResNet-20 for small images."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut without parameters: where the size halves, the input is subsampled and its
    channels are padded with zeros.

    Source: He et al. 2016, section 4.2, option A.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels_out)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels_out)
        self.stride = stride
        self.padding = (channels_out - channels_in) // 2

    def forward(
        self, inputs: Float[Tensor, "sample channel height width"]
    ) -> Float[Tensor, "sample channel2 height2 width2"]:
        hidden = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(inputs)))))
        shortcut = inputs
        if self.stride != 1 or self.padding:
            subsampled = inputs[:, :, :: self.stride, :: self.stride]
            shortcut = F.pad(subsampled, (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(hidden + shortcut)


class ResNet20(nn.Module):
    """Nine basic blocks of 16, 32 and 64 channels, the mean over the map, one linear layer.

    Source: He et al. 2016, section 4.2, n = 3.
    """

    def __init__(self, input_shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        self.blocks = nn.Sequential(*(BasicBlock(before, after, after // before) for before, after in pairwise(widths)))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample class"]:
        hidden = self.blocks(F.relu(self.bn1(self.conv1(inputs))))
        return self.fc(self.pool(hidden).flatten(1))
