"""Whether the samples of a batch influence one another's outputs, which no classifier or regression should let them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall, untouched
from faultloc.probes.modes import evaluating

_MOST_SHIFT = 0.01


def check_sample_mixing(calls: list[ForwardCall], outputs: list[Tensor], target: Tensor | None) -> Iterator[Symptom]:
    """A symptom if the first sample's output depends on which others are in its batch, in evaluation mode.

    Only asked where inputs, outputs and targets agree that the first axis is that of the samples. In evaluation mode
    batch normalisation keeps to its running statistics, and dropout does nothing.
    """
    if len(calls) != 1 or target is None or len(outputs) != 1 or outputs[0].dim() < 2:
        return
    call = calls[0]
    given = list(tensors_in(call.given))
    if len(call.arguments) != 1 or call.named_arguments or len(given) != 1 or given[0].dim() < 2:
        return
    count = len(given[0])
    if count < 3 or len(outputs[0]) != count or target.dim() == 0 or len(target) != count:
        return
    together, alone = _answers(call.module, given[0], count), _answers(call.module, given[0], 1)
    if together is None or alone is None or together.shape != alone.shape:
        return
    spread = float(together.std()) if together.numel() > 1 else float(together.abs().max())
    shift = float((together - alone).abs().max()) / max(spread, 1e-6)
    if shift > _MOST_SHIFT:
        yield Symptom(
            "model.mixes_samples", "", shift, _MOST_SHIFT,
            f"the first sample's output changes by {shift:.2g} of its spread when it is alone in its batch: samples "
            "look at one another",
        )  # fmt: skip


def _answers(module: nn.Module, inputs: Tensor, count: int) -> Tensor | None:
    """The output for the first sample among the first ``count``; None where the model does not take so many."""
    try:
        with untouched(module), evaluating(module), torch.no_grad():
            output = next(tensors_in(module(inputs[:count])), None)
    except (RuntimeError, ValueError, IndexError, TypeError):
        return None
    return None if output is None or len(output) != count else output[0].float()
