"""`ii` and `lc`: gradients gathered on the way from an input of zeros to the sample."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor, nn

from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import read_gradients, require_numbers

# As captum has it: nodes of Gauss-Legendre quadrature.
STEPS = 50


def internal_influence(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """The mean gradient on the way (`ii`): one pass a step for all layers, so that memory is that of one pass.

    Source: Leino et al., "Influence-Directed Explanations for Deep Convolutional Networks", ITC 2018.
    """
    require_numbers(inputs, "ii")
    places, weights = _quadrature(STEPS)
    found: dict[str, Tensor] = {}
    for place, weight in zip(places, weights, strict=True):
        read = read_gradients(network, inputs * place, explained, layers)
        for call, gradient in read.gradients.items():
            found[call] = found.get(call, 0) + gradient * weight
    return found


def conductance(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """How much of the explained number flows through each value on the way (`lc`).

    The sum over steps of the gradient, times how much the value changes to the next step.

    Source: Dhamdhere et al., "How Important Is a Neuron?", ICLR 2019; the steps are those of captum.
    """
    require_numbers(inputs, "lc")
    places, _weights = _quadrature(STEPS + 1)
    before = read_gradients(network, inputs * places[0], explained, layers)
    found: dict[str, Tensor] = {}
    for place in places[1:]:
        after = read_gradients(network, inputs * place, explained, layers)
        for call, gradient in before.gradients.items():
            found[call] = found.get(call, 0) + gradient * (after.outputs[call] - before.outputs[call])
        before = after
    return found


def _quadrature(steps: int) -> tuple[list[float], list[float]]:
    """Places in [0, 1] and their weights, which add up to 1."""
    places, weights = np.polynomial.legendre.leggauss(steps)
    return ((places + 1) / 2).tolist(), (weights / 2).tolist()
