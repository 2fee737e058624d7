"""Padding that a recurrent layer has to carry its last state through, after the sequence has ended.

Asked in two parts: whether most of what the layer is given is one step over and over at the end, and whether the model
makes use of nothing but the last step, which is tried by setting all others to 0.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import sample_count, with_rows
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

# Of the steps of half of the samples; a state survives a few steps of nothing.
_MOST_SHARE, _FEWEST_STEPS, _FEW = 0.5, 20, 16


def check_padding(model: nn.Module, call: ForwardCall, trace: LayerTrace) -> Iterator[Symptom]:
    """A doubt for the first recurrent layer whose last state has passed through long padding, and is all that counts.

    Packed sequences have no padding. Where the model learns all the same, nothing is wrong.
    """
    parts = set(call.module.modules())
    for traced in trace.calls:
        given, layer = traced.first_input, traced.layer
        if layer not in parts or not isinstance(layer, nn.RNNBase) or given is None or given.dim() != 3:
            continue
        steps = given.detach() if layer.batch_first else given.detach().transpose(0, 1)
        padded = _padded_steps(steps)
        length = steps.shape[1]
        if padded < _FEWEST_STEPS or padded < _MOST_SHARE * length or not _counts_last_alone(model, call, layer):
            continue
        yield Symptom(
            "model.padded_state", traced.name, padded / length, _MOST_SHARE,
            f"half of the sequences end in {padded} or more of {length} steps that are all the same, as padding is, "
            "and only the layer's last step is used: by then its state has forgotten what came before",
        )  # fmt: skip
        return


def _padded_steps(steps: Tensor) -> int:
    """How many of ``steps`` (sample x step x value) at the end of the median sequence equal the first one's last."""
    last = steps[:, -1]
    pad = last[(last == last[:1]).all(1)].shape[0]
    if pad < 0.5 * len(steps):
        return 0
    is_pad = (steps == last[0]).all(2)
    runs = is_pad.flip(1).long().cumprod(1).sum(1)
    return int(runs.median()) if int(runs.min()) < steps.shape[1] else 0


def _counts_last_alone(model: nn.Module, call: ForwardCall, layer: nn.RNNBase) -> bool:
    """Whether the outputs stay as they are when all of the layer's outputs but the last step's are set to 0."""
    module, count = plain_module(call.module), sample_count(call.given)
    if module is None:
        return False
    # A model that is given one number a sample has its own idea of samples: as it is.
    given = call.given if count is None else with_rows(call.given, range(min(count, _FEW)), count)

    def last_alone(_: nn.Module, returned: object) -> object:
        if not isinstance(returned, tuple):
            return returned
        out, state = returned
        kept = torch.zeros_like(out)
        if layer.batch_first:
            kept[:, -1] = out[:, -1]
        else:
            kept[-1] = out[-1]
        # Of two directions, the one that reads backwards ends at the beginning: its state has passed no padding.
        return kept, _zeros(state) if layer.bidirectional else state

    before, after = run_again(model, module, given), run_again(model, module, given, changes={layer: last_alone})
    if before is None or after is None or not before.outputs:
        return False
    return all(torch.equal(one, other) for one, other in zip(before.outputs, after.outputs, strict=True))


def _zeros(state: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
    return torch.zeros_like(state) if isinstance(state, Tensor) else tuple(torch.zeros_like(one) for one in state)
