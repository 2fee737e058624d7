"""A network that was trained on other images, as a reader of these: SAFE's black box."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.errors import ModelError

# Of ImageNet, on which such networks are trained; most of them at 224 pixels.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIDE = 224


class ImageEncoder(nn.Module):
    """``network`` on images of any size with one channel or three, in [0, 1]: brought to ``side`` pixels, three
    channels and ImageNet's mean and standard deviation.

    Raises:
        ModelError: an input is no such image.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, side: int = SIDE) -> None:
        super().__init__()
        self.network, self.side = network, side
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(_STD)[:, None, None], persistent=False)
        self.train(network.training)

    def forward(self, images: Float[Tensor, "image ..."]) -> Tensor:
        """What the network says of them."""
        if images.ndim != 4 or images.shape[1] not in (1, 3):
            shape = "x".join(str(length) for length in images.shape[1:])
            raise ModelError(f"an encoder of images cannot read inputs of {shape}; expected one channel or three")
        size = (self.side, self.side)
        scaled = F.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)
        return self.network((scaled.expand(-1, 3, -1, -1) - self.mean) / self.std)
