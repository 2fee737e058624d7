"""Whether the samples of a batch influence one another's outputs, and by which layer or operation they do.

The batch is run twice in evaluation mode: as it is, and with all samples but the first, a middle and the last one
replaced. What the three are given is the same in both; if what the model says of them differs, they hang on the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import (
    Given,
    neighbours,
    sample_count,
    with_columns,
    with_rows,
)
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, tensors_in
from faultloc.methods.deep_localize.hooks.rerun import Rerun, plain_module, run_again
from faultloc.methods.deep_localize.hooks.row_shift import axis_shift, layer_shift, output_shift
from faultloc.methods.deep_localize.rules.mixing_cause import (
    Mixing,
    explain_hidden_mixing,
    explain_mixing,
)
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.place_in_batch import check_place_in_batch
from faultloc.methods.deep_localize.rules.sequence_axis import MOST_SHIFT, SampleAxis, has_sequence_layer

_MOST_LAYER_SHIFT = 1e-3
# Few samples are enough; their number is none that an axis of the model is likely to have.
_FEW = (7, 11, 13, 5)


@dataclass(frozen=True)
class _Pair:
    """The same call twice: ``count`` samples, those ``asked`` the same in both, the others not."""

    one: Rerun
    other: Rerun
    count: int
    asked: Sequence[int]


def check_sample_mixing(
    model: nn.Module,
    call: ForwardCall,
    target: Tensor | None,
    loss: Tensor,
    trace: LayerTrace,
    drawn_axis: int | None = None,
) -> tuple[list[Symptom], list[Symptom]]:
    """What is a fault whatever comes of it, and what is one only where the model does not learn.

    Only asked where inputs, outputs and targets agree on how many samples there are. In evaluation mode batch
    normalisation keeps to its running statistics, and dropout does nothing. ``drawn_axis`` is the axis of the samples,
    where it is known from where they come.
    """
    module, count = plain_module(call.module), sample_count(call.given)
    agrees = target is None or count in target.shape[:2]
    # Layers that are told that samples come first, and along which none hangs on the others, have been told the truth.
    is_told = module is not None and any(getattr(one, "batch_first", False) is True for one in module.modules())
    if module is None or count is None or not (agrees or (is_told and target is not None and target.dim() == 1)):
        return [], []
    given = with_rows(call.given, range(count), count)
    pair = _pair(model, module, given, count)
    if pair is None:
        return [], []
    shift, axis = _shift(pair), SampleAxis(count, pair.count)
    is_apart = shift <= MOST_SHIFT
    if is_apart and (is_told or _is_first_axis(pair, given, target, count, drawn_axis)):
        placed = check_place_in_batch(model, module, given, count, pair.count)
        if placed:
            return placed, []
    if not agrees:
        return [], []
    if is_apart and not has_sequence_layer(module):
        return [], []
    if not is_apart and drawn_axis != 0 and _is_second_axis(model, module, given):
        return [], []
    layers = _pair(model, module, given, count, like=pair)
    few = with_rows(given, [*range(pair.count - 1), count - 1], count)
    mixing = Mixing() if layers is None else _first_mixing(layers, few)
    if is_apart:  # what a layer mixes may be lost behind it: then the outputs hang on no sample at all
        return explain_hidden_mixing(model, mixing, axis), []
    found, doubts = explain_mixing(model, mixing, axis, shift, loss, trace, is_axis_known=drawn_axis == 0)
    if not _answers_at_every_step(pair, given):
        return found, doubts
    # Either axis may be the samples', and what walks beside one another may look at the others.
    certain = [one for one in found if one.rule == "model.reshaped_samples"]
    return certain, doubts + [replace(one, rule="model.mixes_samples") for one in found if one not in certain]


def _pair(model: nn.Module, module: nn.Module, given: Given, count: int, like: _Pair | None = None) -> _Pair | None:
    """Two calls, with few samples if the model takes so few, of which the outputs tell which axis is the samples'.

    On a GPU with all: an index that a model keeps and that is out of range would end the training there.
    """
    lengths = {length for tensor in tensors_in(list(given)) for length in tensor.shape}
    is_gpu = any(tensor.is_cuda for tensor in tensors_in(list(given)))
    few = [] if is_gpu else [number for number in _FEW if number < count and number not in lengths - {count}][:1]
    for number in [like.count] if like is not None else [*few, count]:
        rows = [*range(number - 1), count - 1]
        asked, replaced = neighbours(number)
        runs = [
            run_again(model, module, with_rows(given, chosen, count), with_layers=like is not None)
            for chosen in (rows, [rows[one] for one in replaced])
        ]
        one, other = runs
        if one is not None and other is not None and _shifts(one, other, number, asked):
            return _Pair(one, other, number, asked)
    return None


def _answers_at_every_step(pair: _Pair, given: Given) -> bool:
    """Whether outputs have both of the first two axes of what the model is given, which may be samples and steps."""
    first = next((tensor for tensor in tensors_in(list(given)) if tensor.dim() > 0), None)
    if first is None or first.dim() < 2 or first.shape[1] < 2:
        return False
    return any(output.shape[:2] == (pair.count, first.shape[1]) for output in pair.one.outputs)


def _is_first_axis(pair: _Pair, given: Given, target: Tensor | None, count: int, drawn_axis: int | None) -> bool:
    """Whether the samples lie on the first axis for certain: they were drawn so, or there is one target for each."""
    if drawn_axis is not None:
        return drawn_axis == 0
    first = next((tensor for tensor in tensors_in(list(given)) if tensor.dim() > 0), None)
    if first is None or target is None or not target.dim() or len(target) != count or count in first.shape[1:]:
        return False
    return not _answers_at_every_step(pair, given)


def _shifts(one: Rerun, other: Rerun, count: int, asked: Sequence[int]) -> list[float]:
    found = [output_shift(*both, count, asked) for both in zip(one.outputs, other.outputs, strict=False)]
    return [shift for shift in found if shift is not None]


def _shift(pair: _Pair) -> float:
    return max(_shifts(pair.one, pair.other, pair.count, pair.asked))


def _is_second_axis(model: nn.Module, module: nn.Module, given: Given) -> bool:
    """Whether it may be the second axis that is the samples': inputs and outputs have it, and it mixes nothing.

    Where both axes are of one length, an output that has but one of them tells which: it follows the samples.
    """
    first = next((tensor for tensor in tensors_in(list(given)) if tensor.dim() > 0), None)
    if first is None or first.dim() < 2 or first.shape[1] < 2:
        return False
    asked, replaced = neighbours(first.shape[1])
    one, other = run_again(model, module, given), run_again(model, module, with_columns(given, replaced))
    if one is None or other is None:
        return False
    width, shifts = first.shape[1], []
    for before, after in zip(one.outputs, other.outputs, strict=False):
        if before.shape != after.shape or not before.is_floating_point():
            continue
        axes = [axis for axis, length in enumerate(before.shape) if axis and length == width]
        if axes:
            shifts.append(min(axis_shift(before, after, axis, asked) for axis in axes))
        elif before.shape[0] == width == len(first):
            moved = before.index_select(0, torch.tensor(replaced, device=before.device))
            shifts.append(axis_shift(moved, after, 0, range(width)))
    return bool(shifts) and max(shifts) <= MOST_SHIFT


def _first_mixing(pair: _Pair, given: Given) -> Mixing:
    """Where it begins: the first layer that is given samples apart and returns them mixed, or what lies before it."""
    sources = [("", list(tensors_in(list(given))))]
    for one, other in zip(pair.one.records, pair.other.records, strict=False):
        if one.name != other.name:
            break
        if _is_mixed(pair, one.returned, other.returned):
            mixed = [
                ours for ours, theirs in zip(one.given, other.given, strict=False) if _is_mixed(pair, [ours], [theirs])
            ]
            if not mixed:
                return Mixing(layer=one, before=sources[-1][0])
            return _between(sources, mixed[0], one.name)
        sources.append((one.name, one.returned))
    mixed = [
        ours
        for ours, theirs in zip(pair.one.outputs, pair.other.outputs, strict=False)
        if _is_mixed(pair, [ours], [theirs])
    ]
    return _between(sources, mixed[0], "") if mixed else Mixing(before=sources[-1][0])


def _is_mixed(pair: _Pair, ours: list[Tensor], theirs: list[Tensor]) -> bool:
    shifts = [layer_shift(*both, pair.count, pair.asked) for both in zip(ours, theirs, strict=False)]
    return any(shift is not None and shift > _MOST_LAYER_SHIFT for shift in shifts)


def _between(sources: list[tuple[str, list[Tensor]]], mixed: Tensor, after: str) -> Mixing:
    """What happened between a layer and what gets ``mixed``: the same values in another shape, or something else."""
    for name, tensors in reversed(sources):
        for tensor in tensors:
            if _has_values_of(tensor, mixed):
                return Mixing(before=name, after=after, moved=(tuple(tensor.shape), tuple(mixed.shape)))
    return Mixing(before=sources[-1][0], after=after)


def _has_values_of(one: Tensor, other: Tensor) -> bool:
    """Whether both hold the same values, not all one, in shapes that differ by more than axes of one."""
    if one.numel() != other.numel() or one.dtype != other.dtype or not one.numel():
        return False
    if [length for length in one.shape if length > 1] == [length for length in other.shape if length > 1]:
        return False
    ours, theirs = one.flatten().sort().values, other.flatten().sort().values
    return bool(ours[0] != ours[-1]) and torch.equal(ours, theirs)
