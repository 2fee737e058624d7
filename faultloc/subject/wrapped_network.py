"""Networks that stand around a user's own, and what lies inside."""

from torch import nn


class WrappedNetwork(nn.Module):
    """A network around another one, ``network``, whose layers keep their names behind `network.`."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network


def own_network(network: nn.Module) -> nn.Module:
    """The network inside, as the user's file names its layers."""
    while isinstance(network, WrappedNetwork):
        network = network.network
    return network
