"""Layers by the names that the user's own network has for them, also where others stand around it."""

from torch import nn

from faultloc.subject.wrapped_network import WrappedNetwork

_INSIDE = "network."


def own_name(network: nn.Module, layer: str) -> str:
    """What the user calls the ``layer`` of ``network``."""
    return layer.removeprefix(_around(network))


def full_name(network: nn.Module, layer: str) -> str:
    """What ``network`` calls the ``layer`` of the user's."""
    return f"{_around(network)}{layer}"


def layer_of(network: nn.Module, layer: str) -> str:
    """The same for a ``layer`` that may be named either way."""
    return layer if layer.startswith(_INSIDE) and layer in dict(network.named_modules()) else full_name(network, layer)


def _around(network: nn.Module) -> str:
    prefix = ""
    while isinstance(network, WrappedNetwork):
        network, prefix = network.network, f"{_INSIDE}{prefix}"
    return prefix
