"""Networks that stand around a user's own, and what lies inside."""

from torch import nn


class WrappedNetwork(nn.Module):
    """A network around another one, ``network``, whose layers keep their names behind `network.`."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network


def names_begin_with(network: nn.Module) -> str:
    """What ``network`` puts before the names that layers have in the network inside; empty where nothing is around."""
    prefix = ""
    while isinstance(network, WrappedNetwork):
        network, prefix = network.network, f"network.{prefix}"
    return prefix


def own_network(network: nn.Module) -> nn.Module:
    """The network inside, as the user's file names its layers."""
    while isinstance(network, WrappedNetwork):
        network = network.network
    return network
