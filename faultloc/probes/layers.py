"""Finding layers by following one sample through the network, so that nobody has to know their names."""

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input


def called_layers(network: nn.Module, example: Shaped[Tensor, "sample ..."]) -> list[str]:
    """The names of the modules without children, in the order in which ``example`` passes through them."""
    names = {module: name for name, module in network.named_modules() if name and not any(module.children())}
    order: list[str] = []
    hooks = [module.register_forward_hook(lambda called, *_: order.append(names[called])) for module in names]
    try:
        with evaluating(network), torch.inference_mode():
            network(as_model_input(example))
    finally:
        for hook in hooks:
            hook.remove()
    return order


def last_linear_layer(network: nn.Module, example: Shaped[Tensor, "sample ..."]) -> str:
    """The name of the linear layer that is called last.

    Raises:
        ModelError: no linear layer is called.
    """
    layers = called_layers(network, example)
    linear = [name for name in layers if isinstance(network.get_submodule(name), nn.Linear)]
    if not linear:
        raise ModelError(
            f"{type(network).__name__} calls no linear layer; name the layer to look at (activation.layer), "
            f"one of: {', '.join(layers)}"
        )
    return linear[-1]


def head_layers(network: nn.Module, example: Shaped[Tensor, "sample ..."]) -> list[str]:
    """The names of the linear layers at the network's end: those after the last other layer that has weights.

    LeNet-1 has one (its last), LeNet-5 two, the LSTM classifier two.

    Raises:
        ModelError: the network does not end in a linear layer.
    """
    head: list[str] = []
    for name in reversed(called_layers(network, example)):
        layer = network.get_submodule(name)
        if isinstance(layer, nn.Linear):
            head.insert(0, name)
        elif any(True for _ in layer.parameters()):
            break
    if not head:
        raise ModelError(
            f"{type(network).__name__} does not end in a linear layer, so it has no head to replace; "
            "use mutation=direct"
        )
    return list(dict.fromkeys(head))


def find_layer(network: nn.Module, name: str) -> nn.Module:
    """The module called ``name``.

    Raises:
        ModelError: there is none; the message lists those that there are.
    """
    known = [known for known, _ in network.named_modules() if known]
    if name not in known:
        raise ModelError(f"{type(network).__name__} has no layer {name!r}; it has: {', '.join(known)}")
    return network.get_submodule(name)
