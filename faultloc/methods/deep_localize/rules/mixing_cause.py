"""What makes samples look at one another: a layer that takes another axis for the batch's, a reshape, a softmax."""

from dataclasses import dataclass

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import operation, saved, shape_of, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.rerun import LayerRecord
from faultloc.methods.deep_localize.hooks.softmax import is_one_score, softmax_axis
from faultloc.methods.deep_localize.rules.sequence_axis import MOST_SHIFT, SampleAxis, check_axes, steps_axis

_MOST_NODES = 4000
_RUNNING = ("Cumsum", "Cumprod", "Logcumsumexp")


@dataclass(frozen=True)
class Mixing:
    """Where samples begin to influence one another.

    ``layer`` is given them apart and returns them mixed; where it is None, something between the layers ``before`` and
    ``after`` does it (either may be empty), and ``moved`` are the shapes of the same values before and after.
    """

    layer: LayerRecord | None = None
    before: str = ""
    after: str = ""
    moved: tuple[tuple[int, ...], tuple[int, ...]] | None = None


Symptoms = tuple[list[Symptom], list[Symptom]]


def explain_mixing(
    model: nn.Module,
    mixing: Mixing,
    samples: SampleAxis,
    shift: float,
    loss: Tensor,
    trace: LayerTrace,
    *,
    is_axis_known: bool = False,
) -> Symptoms:
    """What is a fault whatever comes of it, and what is one only where the model does not learn.

    Nobody means a recurrent layer, a reshape or a softmax to run over samples. Statistics of the batch, attention among
    samples and the like may be meant.
    """
    layer = mixing.layer
    if layer is not None and steps_axis(layer.layer) is not None:
        symptom = check_axes(model, layer, samples, shift)
        is_sure = symptom is not None and symptom.rule == "model.batch_first"
        return ([symptom], []) if symptom and is_sure else ([], [symptom] if symptom else [])
    if layer is not None and isinstance(layer.layer, nn.modules.batchnorm._BatchNorm):
        return [], []  # one that keeps no statistics takes the batch's in evaluation mode too
    if mixing.moved is not None:
        old, new = (samples.shape(lengths) for lengths in mixing.moved)
        of = "what it returns" if mixing.before else "what the model is given"
        said = (
            f"{of}, of shape {old}, is cut anew into {new}, so that values of several samples come into one row: what "
            f"the model says of a sample changes by {shift:.2g} of its spread when the others in the batch are replaced"
        )
        return [_symptom("model.reshaped_samples", mixing.before or mixing.after or "model", shift, said)], []
    over = _softmax_over_samples(loss, trace, samples.trained)
    if over is not None:
        said = f"a softmax runs over the {samples.trained} samples of the batch, so that each depends on the others"
        return [_symptom("model.softmax_over_samples", over, shift, said)], []
    running = _running_over_samples(loss, trace, samples.trained)
    if running is not None:
        said = (
            f"a running sum or product goes over the {samples.trained} samples of the batch, so that each holds others"
        )
        return [_symptom("model.running_over_samples", running, shift, said)], []
    if samples.asked == samples.trained and not is_axis_known:
        return [], []  # what the axes are is not sure enough
    place = layer.name if layer is not None else mixing.before or mixing.after or "model"
    where = "in this layer" if layer is not None else "behind this layer"
    said = (
        f"what the model says of a sample changes by {shift:.2g} of its spread when the others in the batch are "
        f"replaced; it begins {where}"
    )
    return [], [_symptom("model.mixes_samples", place, shift, said)]


def explain_hidden_mixing(model: nn.Module, mixing: Mixing, samples: SampleAxis) -> list[Symptom]:
    """A layer that runs over samples, of whose mixing the outputs show nothing.

    A token that is learned stands before each sample: where attention runs over samples it sees nothing but itself.
    """
    symptom = None if mixing.layer is None else check_axes(model, mixing.layer, samples, None)
    return [symptom] if symptom is not None and symptom.rule == "model.batch_first" else []


def _softmax_over_samples(loss: Tensor, trace: LayerTrace, count: int) -> str | None:
    """The layer behind which a softmax is taken over the first axis.

    A table of samples by samples is left out, and so is one score a sample: samples are often weighed by theirs.
    """
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        result = saved(node, "result") if softmax_axis(node) == 0 else None
        if result is not None and len(result) == count and result.shape[1] != count and not is_one_score(result):
            return trace.name_of(node) or "model"
    return None


def _running_over_samples(loss: Tensor, trace: LayerTrace, count: int) -> str | None:
    """The layer behind which a table is summed or multiplied up along the first axis, that of the samples."""
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        shape = shape_of(node)
        if operation(node) not in _RUNNING or len(shape) < 2 or shape[0] != count:
            continue
        axis = getattr(node, "_saved_dim", None)
        if axis is not None and axis % (1 << 64) in (0, (1 << 64) - len(shape)):
            return trace.name_of(node) or "model"
    return None


def _symptom(rule: str, place: str, shift: float, said: str) -> Symptom:
    return Symptom(rule, place, shift, MOST_SHIFT, said)
