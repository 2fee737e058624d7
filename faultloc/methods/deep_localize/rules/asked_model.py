"""What the first batch shows of how a model computes, by calling the model again in evaluation mode."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.batch_rows import sample_count
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.rules.attention_masks import check_attention
from faultloc.methods.deep_localize.rules.composition import check_output_dropout, doubt_composition
from faultloc.methods.deep_localize.rules.drawn_samples import DrawnSamples
from faultloc.methods.deep_localize.rules.ignored_input import check_ignored_input
from faultloc.methods.deep_localize.rules.next_step import check_next_step
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.padding import check_padding
from faultloc.methods.deep_localize.rules.reshaped_axes import check_reshaped_axes
from faultloc.methods.deep_localize.rules.sample_mixing import check_sample_mixing
from faultloc.methods.deep_localize.rules.told_axis import check_parts, check_told_axis


def ask_model(
    model: nn.Module,
    calls: Sequence[ForwardCall],
    target: Tensor | None,
    loss: Tensor,
    trace: LayerTrace,
    drawn: DrawnSamples,
) -> tuple[list[Symptom], list[Symptom]]:
    """What is a fault whatever comes of it, and what is one only where the model does not learn.

    It costs two calls with a few samples, or with all where the model takes no fewer; some more where samples mix, or
    where a recurrent layer is given long padding or there are several arguments. Of several modules that a step calls
    each is asked once. ``drawn`` says where the first call's samples come from.
    """
    found: list[Symptom] = []
    doubts: list[Symptom] = []
    for call in _asked(calls, target):
        of_call = check_sample_mixing(model, call, target, loss, trace, drawn.axis if call is calls[0] else None)
        found += of_call[0]
        doubts += [*of_call[1], *check_padding(model, call, trace)]
    first = calls[0]
    if not found:
        found += check_told_axis(model, first, target, trace, drawn.axis)
    if not found:
        found += check_next_step(model, first, target, trace)
    if not found and len(calls) > 1:
        found += check_parts(model, calls, target)
    found += [*check_reshaped_axes(model, first, loss, trace), *check_output_dropout(loss, trace)]
    masked, blind = check_attention(model, first)
    found += masked
    if len(calls) == 1:
        doubts += blind
        doubts += [*doubt_composition(model, loss, trace), *check_ignored_input(model, first, target)]
    return found, doubts


def _asked(calls: Sequence[ForwardCall], target: Tensor | None) -> Iterator[ForwardCall]:
    """The only call, or the first of each module that is given as many samples as there are targets."""
    if len(calls) == 1:
        yield calls[0]
        return
    for call in {id(call.module): call for call in reversed(calls)}.values():
        count = sample_count(call.given)
        if count is not None and target is not None and target.dim() > 0 and count == len(target):
            yield call
