"""Models of long series whose answer hangs on the first, or the last, quarter of the steps alone."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import mapped, sample_count, with_rows
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.rerun import plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall

_FEW, _FEWEST_STEPS, _PART = 13, 16, 4


def check_ignored_steps(model: nn.Module, call: ForwardCall) -> Iterator[Symptom]:
    """A symptom where other samples' steps in three quarters of a series change no output; four calls of few samples.

    Only asked of models with convolutions, recurrent layers or attention that are given one tensor of numbers: of these
    nobody means it. Padding that looks the same in all samples is no series. A recurrent layer that has not learned yet
    forgets what lies some dozens of steps back, down to the last bit, and has still read it.
    """
    module, count = plain_module(call.module), sample_count(call.given)
    tensors = list(tensors_in(list(call.given)))
    if module is None or count is None or count < 2 or len(tensors) != 1 or not _has_steps(module):
        return
    given = tensors[0]
    axes = [axis for axis in range(1, given.dim()) if given.shape[axis] >= _FEWEST_STEPS]
    if given.dim() not in (2, 3) or not axes or not given.is_floating_point():
        return
    few = with_rows(call.given, range(min(count, _FEW)), count)
    before = run_again(model, module, few)
    if before is None or not any(output.is_floating_point() for output in before.outputs):
        return
    axis = max(axes, key=lambda one: given.shape[one])
    length = given.shape[axis]
    part = length // _PART
    for start, end, which in ((0, length, ""), (0, length - part, "last"), (part, length, "first")):
        if which in _forgets(module):
            continue

        def changed(tensor: Tensor, start: int = start, end: int = end) -> Tensor:
            moved = tensor.detach().clone()
            moved.narrow(axis, start, end - start).copy_(tensor.roll(1, 0).narrow(axis, start, end - start))
            return moved

        after = run_again(model, module, mapped(few, changed))
        if after is None or len(after.outputs) != len(before.outputs):
            return
        stays = all(torch.equal(one, other) for one, other in zip(before.outputs, after.outputs, strict=True))
        if stays and not which:
            return  # nothing changes it so far
        ours, theirs = (next(tensors_in(one)) for one in (few, mapped(few, changed)))
        if stays and not torch.equal(ours, theirs):
            yield Symptom(
                "model.ignored_steps", "model", part, length,
                f"the outputs of {type(module).__name__} hang on the {which} {part} of {length} steps at most: the "
                "others may be those of other samples, and nothing changes",
            )  # fmt: skip
            return


def _forgets(module: nn.Module) -> set[str]:
    """The ends that a recurrent model may seem to see alone of a series that it reads as a whole."""
    recurrent = [one for one in module.modules() if isinstance(one, nn.RNNBase | nn.RNNCellBase)]
    both = {"first"} if any(getattr(one, "bidirectional", False) for one in recurrent) else set()
    return {"last"} | both if recurrent else set()


def _has_steps(module: nn.Module) -> bool:
    kinds = (nn.modules.conv._ConvNd, nn.RNNBase, nn.MultiheadAttention)
    return any(isinstance(layer, kinds) for layer in module.modules())
