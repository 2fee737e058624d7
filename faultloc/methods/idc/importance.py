"""How much each unit matters for what the network says: attributions, summed over the samples they are read of."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError
from faultloc.methods.idc.units import unit_sums
from faultloc.probes.layer_outputs import layers_with_units
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating
from faultloc.probes.relevance.reading import iterate_relevance
from faultloc.subject.batches import as_model_input

# By the layer's name, in the order of the network: a number a unit, signed, higher speaks for the answer.
Importance = dict[str, Float[np.ndarray, "_"]]
# From a network, a batch of inputs, the class that counts for each, and the layers.
Attribution = Callable[[nn.Module, Tensor, Int[np.ndarray, "sample"], Sequence[str]], dict[str, Tensor]]


def read_importance(
    network: nn.Module, batches: Iterable[tuple[Tensor, Int[np.ndarray, "sample"]]], attribution: str, rng=None
) -> Importance:
    """The importance of all units of convolutional and linear layers, the last one too: the sum over all samples.

    ``batches`` give inputs and the class that each is to speak for. A channel counts by the sum over its map. Units are
    ranked by it as it is, signed: what speaks against the answer matters least.

    Source: Gerasimou et al., ICSE 2020, section 3.1; sums over maps as in WISDOM.

    Raises:
        ConfigError: there is no attribution of that name.
        DataError: there is no batch.
        ModelError: the network cannot be traced, or has no rule for an operation.
    """
    if attribution not in ATTRIBUTIONS:
        raise ConfigError(f"there is no attribution {attribution!r}; expected one of: {', '.join(ATTRIBUTIONS)}")
    found: Importance = {}
    layers = [name for name in layers_with_units(network) if not isinstance(find_layer(network, name), nn.RNNBase)]
    for inputs, classes in batches:
        for name, values in ATTRIBUTIONS[attribution](network, inputs, classes, layers).items():
            sums = unit_sums(find_layer(network, name), values).double().sum(0).cpu().numpy()
            found[name] = found[name] + sums if name in found else sums
    if not found:
        raise DataError("there are no samples to read importance of; expected some that the model answers rightly")
    return {name: found[name] for name in layers if name in found}


def relevance(
    network: nn.Module, inputs: Tensor, classes: Int[np.ndarray, "sample"], layers: Sequence[str]
) -> dict[str, Tensor]:
    """Layer-wise relevance propagation by the epsilon rule, all layers in one pass (`lrp`)."""
    batches = iterate_relevance(network, inputs, classes, rule="epsilon", layers=layers, batch_size=len(inputs))
    return dict(next(iter(batches)))


def gradient_times_activation(
    network: nn.Module, inputs: Tensor, classes: Int[np.ndarray, "sample"], layers: Sequence[str]
) -> dict[str, Tensor]:
    """The gradient of the class's logit, times the activation, all layers in one backward pass (`lgxa`).

    On a network of ReLUs without biases that share in, it is what `lrp` says.
    """
    held: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], Tensor]:
        def hook(_: nn.Module, __: object, output: Tensor) -> Tensor:
            held[name] = output
            return output.clone()  # what follows may work in place

        return hook

    hooks = [find_layer(network, name).register_forward_hook(keep(name)) for name in layers]
    try:
        with evaluating(network), torch.enable_grad():
            # A gradient of the inputs reaches layers whose own weights are frozen.
            given = as_model_input(inputs).clone().requires_grad_()
            logits = network(given)
            places = torch.from_numpy(classes.astype(np.int64)).to(logits.device)
            chosen = logits.gather(1, places[:, None]).sum()
            names = [name for name in layers if name in held]
            gradients = torch.autograd.grad(chosen, [held[name] for name in names])
    finally:
        for hook in hooks:
            hook.remove()
    return {name: (held[name] * gradient).detach() for name, gradient in zip(names, gradients, strict=True)}


# An open table: an attribution of your own is one line more.
ATTRIBUTIONS: dict[str, Attribution] = {"lrp": relevance, "lgxa": gradient_times_activation}
