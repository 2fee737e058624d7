"""The outputs of many layers in one pass, before or after the activation function that follows each."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from faultloc.errors import ModelError
from faultloc.probes.activations import watching
from faultloc.probes.layers import called_layers, find_layer
from faultloc.probes.modes import evaluating

Point = Literal["before", "after"]

# By the name of the function: torch.relu, Tensor.relu and functional.relu are one.
_ACTIVATIONS = frozenset({
    "celu", "elu", "gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log_softmax", "logsigmoid", "mish",
    "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh",
    "tanhshrink", "threshold",
})  # fmt: skip
# What may stand between a layer and its activation function without being one.
_PASSAGES = frozenset({
    "batch_norm", "instance_norm", "group_norm", "layer_norm", "dropout", "dropout2d", "max_pool1d", "max_pool2d",
    "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool2d", "adaptive_max_pool2d",
})  # fmt: skip
_WITH_UNITS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.RNNBase)


@dataclass(frozen=True)
class LayerOutputs:
    """What was kept of each layer, in the order in which the layers were called, and what the network answered."""

    kept: Mapping[str, Tensor]
    answer: object


def layers_with_units(network: nn.Module) -> list[str]:
    """The names of all convolutional, linear and recurrent layers, the last one too.

    Raises:
        ModelError: there is none.
    """
    names = [name for name, module in network.named_modules() if name and isinstance(module, _WITH_UNITS)]
    if not names:
        known = [name for name, _ in network.named_modules() if name]
        raise ModelError(
            f"{type(network).__name__} has no convolutional, linear or recurrent layer; name the layers to look at, "
            f"of: {', '.join(known) or 'none'}"
        )
    return names


def read_layer_outputs(
    network: nn.Module,
    inputs: Tensor,
    layers: Sequence[str] | None,
    *,
    point: Point,
    keep: Callable[[nn.Module, object], Tensor],
) -> LayerOutputs:
    """What ``keep`` makes of the output of each of ``layers``, in evaluation mode, all in one pass.

    For None, of every convolutional, linear and recurrent layer that the samples reach.

    ``keep`` is called while the samples pass, with the layer and its output; it must copy, since what follows may work
    in place. With the point "after" it gets what the activation function makes of the output, whether that is a module
    or a function, also behind normalisation, dropout and pooling. A layer whose output goes elsewhere first (into a sum
    or a flattening) has no activation function of its own: its output is taken as it is. Of a layer that is called more
    than once the last call counts, of several activation functions of one output the first.

    Hooks are gone and modes restored afterwards, also after an error.

    Raises:
        ModelError: there is no such layer, or the samples do not pass through it; the message lists those that are.
    """
    kept: dict[str, Tensor] = {}
    wanted = layers_with_units(network) if layers is None else layers
    names = {find_layer(network, name): name for name in wanted}
    with ExitStack() as stack:
        follow = None
        if point == "after":
            activations = _ActivationFunctions(lambda layer, output: kept.update({names[layer]: keep(layer, output)}))
            follow = stack.enter_context(activations).follow
        for layer in names:
            stack.enter_context(watching(layer, _keeper(layer, names, kept, keep, follow), take_input=False))
        stack.enter_context(evaluating(network))
        stack.enter_context(torch.inference_mode())
        answer = network(inputs)
    # Without names, a layer that is not reached is nobody's wish: a head that is for training only.
    missed = [name for name in wanted if name not in kept]
    if missed and (layers is not None or not kept):
        raise ModelError(
            f"the samples do not pass through the layer {missed[0]!r} of {type(network).__name__}; they pass through: "
            f"{', '.join(called_layers(network, inputs[:1]))}"
        )
    return LayerOutputs(kept, answer)


def _keeper(
    layer: nn.Module,
    names: Mapping[nn.Module, str],
    kept: dict[str, Tensor],
    keep: Callable[[nn.Module, object], Tensor],
    follow: Callable[[nn.Module, object], None] | None,
) -> Callable[[object], None]:
    def hook(output: object) -> None:
        # Taken out first: a dictionary keeps the place of a key that it has, and the last call counts.
        kept.pop(names[layer], None)
        kept[names[layer]] = keep(layer, output)
        if follow is not None:
            follow(layer, output)

    return hook


class _ActivationFunctions(TorchFunctionMode):
    """Sees every function that is called on a followed tensor, and reports the first activation function of each."""

    def __init__(self, report: Callable[[nn.Module, object], None]) -> None:
        super().__init__()
        self._report = report
        # Weak, so that maps are freed as the pass goes on, and no other tensor is taken for one that is gone.
        self._layers = WeakTensorKeyDictionary()

    def follow(self, layer: nn.Module, output: object) -> None:
        if isinstance(output, Tensor):
            self._layers[output] = layer

    def __torch_function__(  # type: ignore[no-untyped-def]  # torch's own signature
        self, function, types, args=(), kwargs=None
    ):
        given = args[0] if args else (kwargs or {}).get("input")
        layer = self._layers.get(given) if isinstance(given, Tensor) else None
        result = function(*args, **(kwargs or {}))
        name = getattr(function, "__name__", "").rstrip("_")
        if layer is not None and name in _ACTIVATIONS:
            del self._layers[given]
            self._report(layer, result)
        elif layer is not None and name in _PASSAGES:
            self.follow(layer, result)
        return result
