"""`lgs`: gradients at random places between an input of zeros and the sample."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.methods.idc.attributions.activation import activation
from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import read_gradients, require_numbers

# As captum has it.
_PLACES = 5


def gradient_shap(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], generator: np.random.Generator
) -> Mapping[str, Tensor]:
    """The mean gradient at five places of each sample, times what the layer gives beyond what it gives for zeros.

    All layers are read at the same places, and those of a sample do not hang on the batch that it is in.

    Source: Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions", NeurIPS 2017; captum's
    LayerGradientShap, which draws from NumPy's global state, with zeros for the only baseline and no noise.
    """
    require_numbers(inputs, "lgs")
    drawn = torch.from_numpy(generator.random((len(inputs), _PLACES))).to(inputs)
    gradients: dict[str, Tensor] = {}
    for places in drawn.unbind(1):
        scaled = inputs * places.reshape(-1, *[1] * (inputs.ndim - 1))
        for call, gradient in read_gradients(network, scaled, explained, layers).gradients.items():
            gradients[call] = gradients.get(call, 0) + gradient / _PLACES
    given = activation(network, inputs, explained, layers, generator)
    of_zeros = activation(network, torch.zeros_like(inputs[:1]), explained, layers, generator)
    return {call: gradient * (given[call] - of_zeros[call]) for call, gradient in gradients.items()}
