"""`lrp`: relevance, handed back from layer to layer."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.methods.idc.attributions.explained import Explained, Target
from faultloc.probes.modes import evaluating
from faultloc.probes.relevance.reading import iterate_relevance
from faultloc.probes.relevance.rules.epsilon import Epsilon

# The stabiliser is captum's.
_RULE = Epsilon(stabiliser=1e-9)


def relevance(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """Layer-wise relevance propagation by the epsilon rule, all layers in one pass and back.

    A target is traced like a part of the network, so its operations need rules as those of layers do.

    Raises:
        ModelError: the network or the target cannot be traced, or has no rule for an operation.
    """
    with evaluating(network), torch.no_grad():
        Explained(explained.classes[:1], explained.target).scores(network(inputs[:1]))
    targets: np.ndarray | None = explained.classes
    prefix = ""
    if explained.target is not None:
        network, targets, prefix = NetworkWithTarget(network, explained.target), None, "network."
    try:
        batches = iterate_relevance(
            network, inputs, targets, rule=_RULE, layers=[prefix + call for call in layers], batch_size=len(inputs)
        )
        return {call.removeprefix(prefix): values for call, values in next(iter(batches)).items()}
    except ModelError as error:
        raise ModelError(f"{error}; or choose the attribution lgxa, which needs no rules") from error


class NetworkWithTarget(nn.Module):
    """A network whose only output is the number that a target picks."""

    def __init__(self, network: nn.Module, target: Target) -> None:
        super().__init__()
        self.network = network
        self.target = target

    def forward(self, inputs: Tensor) -> Tensor:
        """One column."""
        return self.target(self.network(inputs)).unsqueeze(1)
