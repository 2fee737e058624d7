"""Asking a model at hand how many outputs it has, before anything is made by the labels of a data set."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Shaped
from torch import nn

from faultloc.own.classifier import in_single_precision, network_at_hand
from faultloc.own.dataset import OutputsOf
from faultloc.own.scaling import scaled
from faultloc.probes.answers import most_outputs
from faultloc.subject.batches import as_tensor


def outputs_of_model(
    model: nn.Module,
    device: torch.device,
    mean: Sequence[float | int] | None = None,
    std: Sequence[float | int] | None = None,
) -> OutputsOf:
    """What says how many outputs ``model`` has at most, for inputs that are scaled by ``mean`` and ``std``; the model
    is left where it came from.

    What comes back raises ModelError where the model does not take the inputs, and ConfigError where the scaling does
    not fit them.
    """

    def outputs_of(inputs: Shaped[np.ndarray, "sample ..."]) -> int:
        given = network_at_hand(model, inputs)
        origin = next((parameter.device for parameter in given.parameters()), device)
        network, _ = in_single_precision(given)
        network = scaled(network, mean, std, inputs)
        try:
            network.to(device)
            return most_outputs(network, as_tensor(inputs, device))
        finally:
            given.to(origin)

    return outputs_of
