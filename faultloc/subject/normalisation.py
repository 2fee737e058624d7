"""A network behind the scaling that its inputs were trained with."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.subject.wrapped_network import WrappedNetwork


class NormalisedNetwork(WrappedNetwork):
    """``network`` on (inputs - ``mean``) / ``std``, one number a channel or one for all; inputs in [0, 1]."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, mean: Sequence[float | int], std: Sequence[float | int]) -> None:
        super().__init__(network)
        if len(mean) != len(std) or not mean or any(not value > 0 for value in std):
            raise ConfigError(
                f"the mean {list(mean)} and the standard deviation {list(std)} do not fit; expected as many numbers of "
                "each, one a channel, the deviations above 0"
            )
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32)[:, None, None], persistent=False)
        self.train(network.training)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> object:
        """What the network says."""
        return self.network((inputs - self.mean) / self.std)
