"""Networks that more than one program trains."""

import torch
from torch import nn


class DigitsCnn(nn.Module):
    """Two convolutions and two dense layers for pictures of 8 by 8; ``activation`` is the last one."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.dense = nn.Linear(16 * 2 * 2, 32)
        self.last = nn.Linear(32, 10)
        self.activation = activation

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """The last activation's answers, a row a picture."""
        maps = self.pool(torch.relu(self.conv1(pictures)))
        maps = self.pool(torch.relu(self.conv2(maps)))
        return self.activation(self.last(torch.relu(self.dense(maps.flatten(1)))))
