"""Models that are to say what comes next: targets no step on, or two, and answers that know what is to be guessed.

Asked where targets are the inputs, or the inputs one step on: one step of the inputs is changed, and it is seen which
steps of the outputs hang on it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS
from faultloc.methods.deep_localize.hooks.batch_rows import Given, mapped
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, tensors_in
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.sequence_axis import as_written

_FEWEST_STEPS, _FEWEST_SAMPLES, _CHANGED = 4, 2, 1e-4


def check_next_step(model: nn.Module, call: ForwardCall, target: Tensor | None, trace: LayerTrace) -> Iterator[Symptom]:
    """A symptom where the answer at each step can be read off the inputs; two calls, where targets are like inputs."""
    if target is None or target.numel() < _FEWEST_STEPS * _FEWEST_SAMPLES:
        return
    for given in tensors_in(list(call.given)):
        found = _likeness(given, target)
        if found is None:
            if _is_two_steps_on(given.detach(), target.detach()):
                yield Symptom(
                    "labels.shifted_twice", LABELS, 2, 1,
                    "the target at each step is the input two steps on, and not the next one: labels that are shifted "
                    "already are shifted once more",
                )  # fmt: skip
                return
            continue
        axis, ahead = found
        hangs = _hangs_on(model, call, given, axis)
        if hangs is None:
            return
        before, own, after = hangs
        if ahead and before:
            yield Symptom(
                "model.sees_future", _where_it_looks_ahead(model, call, given, axis) or trace.last or "model", 1, 0,
                "the targets are the inputs one step on, and what the model says at a step hangs on later steps of the "
                "inputs: it is shown what it is to guess",
            )  # fmt: skip
        elif not ahead and own and after and not before:
            yield Symptom(
                "labels.not_shifted", LABELS, 0, 1,
                "the target at each step is the input at that step, which the model is given: it learns to repeat it, "
                "and not what comes next",
            )  # fmt: skip
        return


def _likeness(given: Tensor, target: Tensor) -> tuple[int, bool] | None:
    """The axis of the steps, and whether targets are one step ahead of ``given`` or the same; None if neither."""
    values = given.detach()
    if values.dim() not in (2, 3) or min(values.shape[:2]) < _FEWEST_SAMPLES:
        return None
    if (values.dim() == 2 and values.is_floating_point()) or values.is_floating_point() != target.is_floating_point():
        return None
    if values.numel() != target.numel():
        return (1, True) if _is_later_part(values, target.detach()) else None
    aligned = target.detach().reshape(values.shape)
    if bool((aligned == aligned.flatten()[0]).all()):
        return None
    if torch.equal(aligned, values):
        axes = [axis for axis in (1, 0) if values.shape[axis] >= _FEWEST_STEPS]
        return (axes[0], False) if axes else None
    for axis in (1, 0):
        length = values.shape[axis]
        if length < _FEWEST_STEPS:
            continue
        if torch.equal(aligned.narrow(axis, 0, length - 1), values.narrow(axis, 1, length - 1)):
            return axis, True
    return None


def _is_two_steps_on(values: Tensor, target: Tensor) -> bool:
    """Whether targets are words two steps on, where they count; an ignored one, at an end or of padding, is below 0."""
    if values.dim() != 2 or values.is_floating_point() or target.is_floating_point():
        return False
    if values.numel() != target.numel() or len(values) < _FEWEST_SAMPLES or values.shape[1] < _FEWEST_STEPS:
        return False
    aligned = target.reshape(values.shape)[:, :-2]
    counts = aligned >= 0
    two, one = (values[:, ahead : ahead + aligned.shape[1]] == aligned for ahead in (2, 1))
    # What repeats itself is as much one step on.
    return bool(counts.any()) and bool(two[counts].all()) and not bool(one[counts].all())


def _is_later_part(values: Tensor, target: Tensor) -> bool:
    """Whether the targets are the later steps, as where an output at the last step, or at the first ones, has none.

    ``outputs[:, :-1]`` are compared with ``inputs[:, 1:]``, or outputs behind a beginning with what comes after it.
    """
    samples, length = values.shape[:2]
    width = values[0, 0].numel()
    steps = target.numel() // (samples * width)
    if not _FEWEST_STEPS <= steps < length or steps * samples * width != target.numel():
        return False
    aligned = target.reshape(samples, steps, *values.shape[2:])
    if bool((aligned == aligned.flatten()[0]).all()):
        return False
    skipped = length - steps
    return torch.equal(aligned, values[:, skipped:]) or torch.equal(aligned[:, :-1], values[:, skipped + 1 :])


def _hangs_on(model: nn.Module, call: ForwardCall, given: Tensor, axis: int) -> tuple[bool, bool, bool] | None:
    """Whether the outputs before, at and after the middle step hang on that step of ``given``; None if unknown."""
    module = plain_module(call.module)
    if module is None:
        return None
    at = given.shape[axis] // 2
    changed = _with_other_step(given.detach(), axis, at)
    if changed is None:
        return None
    one, other = run_again(model, module, call.given), run_again(model, module, _put(call.given, given, changed))
    if one is None or other is None:
        return None
    for before, after in zip(one.outputs, other.outputs, strict=False):
        moved = _moved_steps(before, after, given, axis)
        if moved is not None:
            return bool(moved[:at].any()), bool(moved[at]), bool(moved[at + 1 :].any())
    return None


def _moved_steps(before: Tensor, after: Tensor, given: Tensor, axis: int) -> Tensor | None:
    """Which steps differ in two tensors with the first two axes of ``given``; None where they have others."""
    if before.shape[:2] != given.shape[:2] or before.shape != after.shape or before.dim() < 3:
        return None
    if not before.is_floating_point():
        return None
    apart = (before.float() - after.float()).abs()
    per_step = apart.amax([each for each in range(apart.dim()) if each != axis])
    return per_step > _CHANGED * max(float(before.float().std()), 1e-6)


def _where_it_looks_ahead(model: nn.Module, call: ForwardCall, given: Tensor, axis: int) -> str:
    """The first layer whose answer at a step hangs on a later one, or the part of the model that it is called in."""
    module, at = plain_module(call.module), given.shape[axis] // 2
    changed = None if module is None else _with_other_step(given.detach(), axis, at)
    if module is None or changed is None:
        return ""
    one = run_again(model, module, call.given, with_layers=True)
    other = run_again(model, module, _put(call.given, given, changed), with_layers=True)
    before = ""
    for ours, theirs in zip(one.records, other.records, strict=False) if one is not None and other is not None else ():
        if _looks_ahead(ours.returned, theirs.returned, given, axis, at):
            if _looks_ahead(ours.given, theirs.given, given, axis, at):
                return _common_part(before, ours.name) or before
            return as_written(model, ours.name, ours.layer)[1]
        before = ours.name
    return ""


def _looks_ahead(ours: list[Tensor], theirs: list[Tensor], given: Tensor, axis: int, at: int) -> bool:
    steps = [_moved_steps(*both, given, axis) for both in zip(ours, theirs, strict=False)]
    return any(moved is not None and bool(moved[:at].any()) for moved in steps)


def _common_part(one: str, other: str) -> str:
    """The module that both layers are in: ``blocks.0`` of ``blocks.0.qkv`` and ``blocks.0.proj``."""
    shared = []
    for ours, theirs in zip(one.split("."), other.split("."), strict=False):
        if ours != theirs:
            break
        shared.append(ours)
    return ".".join(shared)


def _with_other_step(values: Tensor, axis: int, at: int) -> Tensor | None:
    """The values with another step's, of each sample, in place of those of step ``at``."""
    step = values.select(axis, at)
    for other in range(values.shape[axis]):
        instead = values.select(axis, other)
        if not torch.equal(instead, step):
            changed = values.clone()
            changed.select(axis, at).copy_(instead)
            return changed
    return None


def _put(given: Given, old: Tensor, new: Tensor) -> Given:
    return mapped(given, lambda tensor: new if tensor is old else tensor.detach())
