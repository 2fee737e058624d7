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


def normalised(
    network: nn.Module, mean: Sequence[float | int] | None, std: Sequence[float | int] | None, *, prefix: str = ""
) -> nn.Module:
    """``network`` behind the scaling by ``mean`` and ``std``, as it is where neither is given; messages name
    both with ``prefix``.

    Raises:
        ConfigError: one is given without the other, or they do not fit.
    """
    if mean is None and std is None:
        return network
    if mean is None or std is None:
        given, absent = ("std", "mean") if mean is None else ("mean", "std")
        raise ConfigError(
            f"{prefix}{given} is given and {prefix}{absent} is not; expected both, those of the model's training "
            f"({'zeros, if nothing was subtracted' if mean is None else 'ones, if nothing was divided by'})"
        )
    return NormalisedNetwork(network, mean, std)
