"""Faults of the network: what its last layer gives, and where its weights begin."""

import copy

import torch
from torch import nn

from faultloc.errors import ConfigError

# Far below what any input of a usual scale can make up for, so that no unit behind the ReLU is ever above 0.
_DEAD_BIAS = -100.0


def with_softmax(network: nn.Module) -> nn.Module:
    """A copy of ``network`` whose outputs go through a softmax; its layers keep their names."""
    changed = copy.deepcopy(network)
    changed.register_forward_hook(lambda module, given, outputs: outputs.softmax(1))
    return changed


def with_dead_units(network: nn.Module) -> tuple[nn.Module, frozenset[str]]:
    """A copy of ``network`` whose first layer before a ReLU cannot reach above 0; the names of that layer and the ReLU.

    Raises:
        ConfigError: no ``nn.ReLU`` stands behind a layer with a bias.
    """
    changed = copy.deepcopy(network)
    before: tuple[str, nn.Module] | None = None
    for name, module in changed.named_modules():
        if any(module.children()):
            continue
        if isinstance(module, nn.ReLU) and before is not None:
            with torch.no_grad():
                before[1].bias.fill_(_DEAD_BIAS)  # type: ignore[operator]
            return changed, frozenset({before[0], name})
        before = (name, module) if isinstance(getattr(module, "bias", None), nn.Parameter) else None
    raise ConfigError(
        f"deep_localize.fault.kind is 'dead_units', and {type(network).__name__} has no nn.ReLU behind a layer with a "
        "bias; choose a network that has, for example model=vgg16, or another fault"
    )


def with_zero_weights(network: nn.Module) -> tuple[nn.Module, frozenset[str]]:
    """A copy of ``network`` in which the weights and biases of every layer with a weight matrix are 0; their names."""
    changed = copy.deepcopy(network)
    zeroed = []
    for name, module in changed.named_modules():
        own = list(module.parameters(recurse=False))
        if any(parameter.dim() > 1 for parameter in own):
            zeroed.append(name)
            with torch.no_grad():
                for parameter in own:
                    parameter.zero_()
    return changed, frozenset(zeroed)


def last_layer(network: nn.Module) -> str:
    """The name of the layer with weights that is defined last."""
    return [name for name, module in network.named_modules() if any(True for _ in module.parameters(recurse=False))][-1]
