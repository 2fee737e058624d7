"""How often a recurrent network changes its mind while it reads a sample."""

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input


@runtime_checkable
class PredictsEveryStep(Protocol):
    """A network that also says what it thinks after each step of a sample."""

    def step_logits(self, tokens: Int[Tensor, "sample step"]) -> Float[Tensor, "sample step class"]:
        """The logits after each token; those after the last one are not looked at."""
        ...


def predicts_every_step(network: nn.Module) -> bool:
    """True if ``network`` has ``step_logits``, as the recurrent classifier has."""
    return isinstance(network, PredictsEveryStep)


def change_rate(
    network: nn.Module, tokens: Int[Tensor, "sample step"], *, batch_size: int
) -> Float[np.ndarray, "sample"]:
    """The weighted share of steps that change the predicted class; in [0, 1], higher is less settled.

    The change from step j to the next weighs j squared, j from 1: late ones count most. A sample of one token has no
    change: 0. Knows nothing of the given label. Token 0 is padding.

    Source: the authors' code of DFauLo; Liu et al., "DeepState: Selecting Test Suites to Enhance the Robustness of
    Recurrent Neural Networks", ICSE 2022: its change rate.

    Differs: steps after the last token do not count. DeepState goes on to choose a test suite by the kinds of changes
    too, which is no ranking.

    Raises:
        TypeError: ``network`` has no ``step_logits``.
    """
    if not isinstance(network, PredictsEveryStep):
        raise TypeError(f"{type(network).__name__} has no step_logits")
    rates: list[Tensor] = []
    with evaluating(network), torch.inference_mode():
        for batch in tokens.split(batch_size):
            predicted = network.step_logits(as_model_input(batch)).argmax(2).cpu()
            rates.append(_weighted_changes(predicted, (batch != 0).sum(1).cpu()))
    return torch.cat(rates).numpy()


def _weighted_changes(predicted: Int[Tensor, "sample step"], lengths: Int[Tensor, "sample"]) -> Float[Tensor, "sample"]:
    changed = predicted[:, 1:] != predicted[:, :-1]
    step = torch.arange(1, predicted.shape[1])
    weight = step.double().square() * (step < lengths[:, None])
    return (weight * changed).sum(1) / weight.sum(1).clamp(min=1)
