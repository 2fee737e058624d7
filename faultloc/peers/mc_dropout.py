"""How far a network's opinion moves when parts of it are dropped."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from faultloc.probes.modes import evaluating
from faultloc.settings_check import check_number
from faultloc.subject.batches import as_model_input
from faultloc.subject.seeding import isolated_torch_rng


def has_dropout(network: nn.Module) -> bool:
    """True if a layer of ``network`` drops something while it is trained."""
    return any(_drops(module) for module in network.modules())


def dropout_variance(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    passes: int,
    generator: torch.Generator,
    *,
    batch_size: int,
    has_classes: bool = True,
) -> Float[np.ndarray, "sample"]:
    """The variance of the outputs over ``passes`` with dropout, their mean; 0 or more, higher is less sure.

    Outputs are probabilities, or, without classes, the numbers themselves. Knows nothing of the given label. Only
    dropout is as in training: batch normalisation keeps its running statistics.

    Source: Gal and Ghahramani, "Dropout as a Bayesian Approximation", ICML 2016; 20 passes in DFauLo's experiments.

    Raises:
        ConfigError: ``passes`` is below 2.
    """
    check_number("peers.mc_dropout.passes", passes, at_least=2, whole=True)
    variances: list[Tensor] = []
    with _dropping(network), isolated_torch_rng(generator), torch.no_grad():
        for batch in inputs.split(batch_size):
            given = as_model_input(batch)
            outputs = torch.stack([network(given).cpu().double() for _ in range(passes)])
            opinions = outputs.softmax(2) if has_classes else outputs
            variances.append(opinions.var(0).mean(1))
    return torch.cat(variances).numpy()


def _drops(module: nn.Module) -> bool:
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, nn.RNNBase):  # it drops between its layers
        return module.dropout > 0 and module.num_layers > 1
    return isinstance(module, nn.MultiheadAttention) and module.dropout > 0


@contextmanager
def _dropping(network: nn.Module) -> Iterator[None]:
    with evaluating(network):
        for module in network.modules():
            if _drops(module):
                # Not module.train(): the layers inside an attention stay as they are.
                module.training = True
        yield
