"""Layers by the names that the user's own network has for them, also where others stand around it."""

from torch import nn

from faultloc.subject.wrapped_network import names_begin_with


def own_name(network: nn.Module, layer: str) -> str:
    """What the user calls the ``layer`` of ``network``."""
    return layer.removeprefix(names_begin_with(network))


def full_name(network: nn.Module, layer: str) -> str:
    """What ``network`` calls the ``layer`` of the user's."""
    return f"{names_begin_with(network)}{layer}"


def layer_of(network: nn.Module, layer: str) -> str:
    """The same for a ``layer`` that may be named either way."""
    full = full_name(network, layer)
    return layer if layer in (known := dict(network.named_modules())) and full not in known else full
