"""Asking a model at hand how many outputs it has, before anything is made by the labels of a data set."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Shaped
from torch import nn

from faultloc.own.dataset import OutputsOf
from faultloc.subject.architecture import check_outputs
from faultloc.subject.batches import as_tensor
from faultloc.subject.normalisation import NormalisedNetwork


def outputs_of_model(
    model: nn.Module,
    device: torch.device,
    mean: Sequence[float | int] | None = None,
    std: Sequence[float | int] | None = None,
) -> OutputsOf:
    """What says how many outputs ``model`` has for inputs that are scaled by ``mean`` and ``std``; the model is left
    where it came from.

    What comes back raises ModelError where the model does not take the inputs.
    """
    network = model if mean is None and std is None else NormalisedNetwork(model, mean or [0.0], std or [1.0])

    def outputs_of(inputs: Shaped[np.ndarray, "sample ..."]) -> int:
        origin = next((parameter.device for parameter in model.parameters()), device)
        try:
            network.to(device)
            return check_outputs(network, as_tensor(inputs, device), 1)
        finally:
            model.to(origin)

    return outputs_of
