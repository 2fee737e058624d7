"""A model that says the same of every sample, and where on the way the samples' differences are lost."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import sample_count, with_rows
from faultloc.methods.deep_localize.hooks.layer_trace import tensors_in
from faultloc.methods.deep_localize.hooks.rerun import LayerRecord, plain_module, run_again
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.sequence_axis import steps_axis

_FEW = 13
# Of the largest value; what differs by less does so by rounding. What differs by little more has been lost on a long
# way, layer by layer, and the vanishing gradients tell of that.
_LEAST_CHANGE, _PLAIN_CHANGE = 1e-5, 1e-3


def check_constant_output(model: nn.Module, call: ForwardCall, outputs: Sequence[Tensor]) -> Iterator[Symptom]:
    """A symptom where samples differ and all outputs are the same; one call of the model with a few samples."""
    module, count = plain_module(call.module), sample_count(call.given)
    own = {len(output) for output in outputs if output.dim() > 0}
    if module is None or count is None or count < 4 or count not in own:
        return
    asked = min(count, _FEW)
    given = with_rows(call.given, range(asked), count)
    run = run_again(model, module, given, with_layers=True)
    if run is None or _changes(run.outputs, asked) is not False or not _changes(list(tensors_in(list(given))), asked):
        return
    place, where = _lost(run.records, asked)
    if place:
        yield Symptom(
            "forward.constant", place, 0, _LEAST_CHANGE,
            f"the model says the same of all {asked} samples that it was asked of, though they differ: from {where} on "
            "nothing depends on the sample any more",
        )  # fmt: skip


def _lost(records: Sequence[LayerRecord], count: int) -> tuple[str, str]:
    """The place where samples still differ for the last time, and what to call it; empty if something else explains it.

    That are dead units, and differences that fade, from layer to layer or from step to step.
    """
    last = max((at for at, one in enumerate(records) if _changes(one.returned, count)), default=-1)
    if last >= 0 and (_change(records[last].returned, count) or 0.0) < _PLAIN_CHANGE:
        return "", ""
    if last >= 0 and _fades_along_steps(records[last], count):
        return "", ""
    if last + 1 < len(records) and _changes(records[last + 1].given, count):
        layer = records[last + 1]
        is_dead = isinstance(layer.layer, nn.ReLU | nn.ReLU6) and not any(bool(one.any()) for one in layer.returned)
        return ("", "") if is_dead else (layer.name, "this layer")
    if last >= 0:
        return records[last].name, "the operation behind this layer"
    return (records[0].name if records else "model"), "what this layer is given"


def _fades_along_steps(record: LayerRecord, count: int) -> bool:
    """Whether a recurrent layer has forgotten the samples by its last step: it may still learn not to."""
    axis, layer = steps_axis(record.layer), record.layer
    out = next((one for one in record.returned if one.dim() == 3), None)
    if axis is None or out is None or not isinstance(layer, nn.RNNBase):
        return False
    return (_change([out.select(axis, -1)], count) or 0.0) < _PLAIN_CHANGE


def _changes(tensors: Sequence[Tensor], count: int) -> bool | None:
    """Whether any of the tensors differs between samples; None where none of them has an axis of samples."""
    change = _change(tensors, count)
    return None if change is None else change > _LEAST_CHANGE


def _change(tensors: Sequence[Tensor], count: int) -> float | None:
    """By how much samples differ from the first, as a share of the largest value: the most of all tensors."""
    found: float | None = None
    for tensor in tensors:
        if count not in tensor.shape or not tensor.numel():
            continue
        rows = tensor.float().movedim(list(tensor.shape).index(count), 0)
        apart, size = float((rows - rows[:1]).abs().max()), float(rows.abs().max())
        found = max(found or 0.0, apart / max(size, 1e-12))
    return found
