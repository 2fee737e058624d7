"""`lgxa` and `lgc`: what a unit gives, times how much the explained number changes with it."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor, nn

from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import layer_of, read_gradients
from faultloc.methods.idc.units import unit_sums
from faultloc.probes.layers import find_layer


def gradient_times_activation(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """The gradient times the activation, all layers in one pass and back (`lgxa`).

    On a network of ReLUs and poolings it is what `lrp` says, but for batch normalisations, which `lrp` takes for a part
    of the layer before.
    """
    read = read_gradients(network, inputs, explained, layers)
    return {call: output * read.gradients[call] for call, output in read.outputs.items()}


def grad_cam(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """A channel's sum over its map, times the mean of its gradients: a number a sample and unit (`lgc`).

    Source: Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2, before the sum over channels: what is left of it
    is a map of the image, which no longer tells units apart.

    Differs: captum sums over channels by default, and takes the positions of a sequence for its channels.
    """
    read = read_gradients(network, inputs, explained, layers)
    found = {}
    for call, output in read.outputs.items():
        layer = find_layer(network, layer_of(call))
        gradients = read.gradients[call]
        size = unit_sums(layer, gradients.new_ones(gradients.shape))
        found[call] = unit_sums(layer, output) * unit_sums(layer, gradients) / size
    return found
