"""`ldl` and `ldls`: what a unit gives beyond what it gives for zeros, times DeepLIFT's multipliers."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import read_gradients, require_numbers
from faultloc.methods.idc.attributions.rescaling import Rescaling

# Contributions of the inputs add up to what the output changes by, to rounding, where every operation has a rule.
_TOLERANCE, _ROUNDING = 0.01, 1e-5


def deep_lift(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """DeepLIFT by the rescale rule with zeros for the reference, all layers in one pass and back.

    `ldls` takes the mean over several references, which with zeros alone, as WISDOM has it, is the same.

    Raises:
        ModelError: contributions do not add up: the network multiplies what hangs on the sample, or normalises it.
    """
    require_numbers(inputs, "ldl")
    both = torch.cat([inputs, torch.zeros_like(inputs)]).requires_grad_()
    with Rescaling(len(both)):
        read = read_gradients(network, both, explained.repeated(2), layers)
    _check_that_it_adds_up(network, both.detach(), read.of_inputs, read.scores)
    found = {}
    for call, output in read.outputs.items():
        of_samples, of_zeros = output.chunk(2)
        found[call] = (of_samples - of_zeros) * read.gradients[call].chunk(2)[0]
    return found


def _check_that_it_adds_up(network: nn.Module, both: Tensor, multipliers: Tensor | None, scores: Tensor) -> None:
    assert multipliers is not None
    of_samples, of_zeros = scores.double().chunk(2)
    change = of_samples - of_zeros
    contributions = (both * multipliers).chunk(2)[0].flatten(1).double().sum(1)
    missing, size = float((contributions - change).abs().mean()), float(change.abs().mean())
    rounding = _ROUNDING * float(of_samples.abs().mean() + of_zeros.abs().mean())
    if not missing <= _TOLERANCE * size + rounding:
        raise ModelError(
            f"DeepLIFT has no rule for an operation of {type(network).__name__} (attention, a gate, a softmax, a "
            f"normalisation of single samples): its contributions miss {missing:.2g} of the {size:.2g} by which the "
            "outputs change; expected layers, activation functions and poolings: choose the attribution lrp or lgxa"
        )
