"""Finding layers by following one sample through the network, so that nobody has to know their names."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input


@dataclass(frozen=True)
class LayerCall:
    """One call of a layer: its name, and the shapes of its first input and of its output (empty unless tensors)."""

    name: str
    layer: nn.Module
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]


def record_calls(
    network: nn.Module, example: Shaped[Tensor, "sample ..."], is_watched: Callable[[nn.Module], bool]
) -> list[LayerCall]:
    """The calls of the modules inside ``network`` that ``is_watched`` picks, in the order in which they return."""
    names = {module: name for name, module in network.named_modules() if name and is_watched(module)}
    calls: list[LayerCall] = []

    def record(layer: nn.Module, inputs: tuple, output: object) -> None:
        calls.append(LayerCall(names[layer], layer, _shape(inputs[0] if inputs else None), _shape(output)))

    hooks = [module.register_forward_hook(record) for module in names]
    try:
        with evaluating(network), torch.inference_mode():
            network(as_model_input(example))
    finally:
        for hook in hooks:
            hook.remove()
    return calls


def _shape(value: object) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def called_layers(network: nn.Module, example: Shaped[Tensor, "sample ..."]) -> list[str]:
    """The names of the modules without children, in the order in which ``example`` passes through them."""
    return [call.name for call in record_calls(network, example, lambda module: not any(module.children()))]


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
