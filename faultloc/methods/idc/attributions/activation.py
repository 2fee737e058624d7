"""`la`: what the units give, whatever it speaks for."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import holding


def activation(
    network: nn.Module, inputs: Tensor, _: Explained, layers: Sequence[str], __: np.random.Generator
) -> Mapping[str, Tensor]:
    """The layers' outputs, before the activation functions that follow: all in one forward pass.

    Differs: captum's LayerActivation gives what a ReLU that works in place has left of them.
    """
    with holding(network, layers) as held, torch.no_grad():
        network(inputs)
    return {call: output.detach() for call, output in held.items()}
