"""Layers by the names that the user's own network has for them, also where it stands behind a scaling."""

from torch import nn

from faultloc.subject.normalisation import NormalisedNetwork

_INSIDE = "network."


def own_name(network: nn.Module, layer: str) -> str:
    """What the user calls the ``layer`` of ``network``."""
    return layer.removeprefix(_INSIDE) if isinstance(network, NormalisedNetwork) else layer


def full_name(network: nn.Module, layer: str) -> str:
    """What ``network`` calls the ``layer`` of the user's."""
    return f"{_INSIDE}{layer}" if isinstance(network, NormalisedNetwork) else layer
