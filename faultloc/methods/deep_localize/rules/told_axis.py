"""Which axis of a batch of sequences is that of the steps, where targets or padding tell, and layers that run over the
other.

A model that answers at every step returns samples and steps as it was given them: neither outputs nor targets tell the
axes apart by their lengths. Three things do: targets that are the inputs one step on, padding, which ends sequences,
and an array of the loop's own, from which samples are drawn in no order.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import sample_count
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, first_tensor_in, tensors_in
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.sequence_axis import as_written, steps_axis

_SAME, _FEWEST_STEPS, _FEWEST_LENGTHS = 0.99, 4, 3
_TABLE = 2


def check_told_axis(
    model: nn.Module, call: ForwardCall, target: Tensor | None, trace: LayerTrace, drawn_axis: int | None = None
) -> Iterator[Symptom]:
    """The first layer that runs over samples, of a model whose steps lie on an axis that is known.

    Where another layer runs over the steps, this one may mean to run over what walks beside one another.
    """
    given = next((one.detach() for one in tensors_in(list(call.given)) if one.dim() > 0), None)
    if given is None or given.dim() not in (2, 3) or min(given.shape[:2]) < _FEWEST_STEPS:
        return
    if given.shape[0] == given.shape[1]:
        return  # which axis a layer is given first cannot be seen
    running = [
        one for one in trace.calls
        if steps_axis(one.layer) is not None and one.first_input is not None and one.first_input.dim() == 3
    ]  # fmt: skip
    if not running:
        return
    axis, why = _told(given, None if target is None else target.detach())
    if axis is None and drawn_axis is not None:
        axis, why = 1 - drawn_axis, f"the samples, which are drawn from a larger array, lie along axis {drawn_axis}"
    first = running[0]
    own, lengths = steps_axis(first.layer), first.first_input.shape  # type: ignore[union-attr]
    is_other = own is not None and own != axis and lengths[:2] == given.shape[:2]
    if axis is None or not is_other or any(steps_axis(one.layer) == axis for one in running):
        return
    kind, place = as_written(model, first.name, first.layer)
    said = _sentence(kind, lengths, 1 - axis, len_of_samples=given.shape[1 - axis])
    yield Symptom("model.batch_first", place, 1, 0, f"{said}, though {why}")


def check_parts(model: nn.Module, calls: Sequence[ForwardCall], target: Tensor | None) -> Iterator[Symptom]:
    """A layer that a training step calls by itself, and that takes as many steps as there are targets.

    There is one target for each of what it takes for steps, and none that is by what it takes for samples.
    """
    if target is None or not target.dim() or sample_count(calls[0].given) != len(target):
        return
    for call in calls:
        axis, given = steps_axis(call.module), first_tensor_in(call.given)
        if axis is None or given is None or given.dim() != 3:
            continue
        steps, samples = given.shape[axis], given.shape[1 - axis]
        if steps == len(target) and samples > 1 and samples not in target.shape[:_TABLE]:
            name = next((name for name, module in model.named_modules() if module is call.module), "") or "model"
            said = _sentence(type(call.module).__name__, given.shape, axis, len_of_samples=steps)
            yield Symptom("model.batch_first", name, 1, 0, f"{said}: there is one target for each of them")
            return


def _sentence(kind: str, lengths: torch.Size, axis: int, *, len_of_samples: int) -> str:
    shape = " x ".join(map(str, lengths))
    return (
        f"its input has shape {shape}, and {kind} with batch_first={bool(axis)} takes the {len_of_samples} samples for "
        "steps of one sequence"
    )


def _told(given: Tensor, target: Tensor | None) -> tuple[int | None, str]:
    """The axis of the steps, 0 or 1, and what tells it; None where nothing does, or both axes look like it."""
    by_target = [] if target is None or target.numel() != given.numel() else [
        axis for axis in (0, 1) if _is_next(given, target.reshape(given.shape), axis)
    ]  # fmt: skip
    if len(by_target) == 1:
        return by_target[0], f"the targets are the inputs one step on along axis {by_target[0]}"
    padded = [axis for axis in (0, 1) if given.dim() == _TABLE and _ends_in_padding(given.movedim(axis, 1))]
    if not by_target and len(padded) == 1 and not given.is_floating_point():
        return padded[0], f"sequences end in padding along axis {padded[0]}"
    return None, ""


def _is_next(given: Tensor, target: Tensor, axis: int) -> bool:
    """Whether ``target`` is ``given`` one step on along ``axis``, and not just the same."""
    length = given.shape[axis]
    now, following = given.narrow(axis, 0, length - 1), given.narrow(axis, 1, length - 1)
    compared = target.narrow(axis, 0, length - 1)
    return _share(following, compared) >= _SAME and _share(now, compared) < _SAME


def _share(one: Tensor, other: Tensor) -> float:
    return float((one == other).float().mean())


def _ends_in_padding(rows: Tensor) -> bool:
    """Whether one number ends rows of several lengths and stands nowhere else in them."""
    pad = rows[:, -1].mode().values
    is_pad = rows == pad
    lengths = (~is_pad).sum(1)
    ends_only = is_pad == (torch.arange(rows.shape[1], device=rows.device) >= lengths[:, None])
    return bool(ends_only.all()) and int(lengths.min()) > 0 and len(lengths.unique()) >= _FEWEST_LENGTHS
