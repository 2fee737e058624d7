"""What makes samples look at one another: a layer that takes another axis for the batch's, a reshape, a softmax."""

from dataclasses import dataclass

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.autograd_walk import saved, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.hooks.loss_terms import softmax_axis
from faultloc.methods.deep_localize.hooks.rerun import LayerRecord

_MOST_NODES = 4000
_TRANSFORMERS = (
    nn.Transformer,
    nn.TransformerEncoder,
    nn.TransformerDecoder,
    nn.TransformerEncoderLayer,
    nn.TransformerDecoderLayer,
)
_MOST_SHIFT = 0.01


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


@dataclass(frozen=True)
class SampleAxis:
    """The number of samples in the batch that is trained on, and in the calls that ask about them."""

    trained: int
    asked: int

    def shape(self, lengths: tuple[int, ...]) -> str:
        """A shape of the calls as it is in the training, as people read it."""
        return " x ".join(str(self.trained if length == self.asked else length) for length in lengths)


Symptoms = tuple[list[Symptom], list[Symptom]]


def explain_mixing(
    model: nn.Module, mixing: Mixing, samples: SampleAxis, shift: float, loss: Tensor, trace: LayerTrace
) -> Symptoms:
    """What is a fault whatever comes of it, and what is one only where the model does not learn.

    Nobody means a recurrent layer, a reshape or a softmax to run over samples. Statistics of the batch, attention among
    samples and the like may be meant.
    """
    layer = mixing.layer
    if layer is not None and isinstance(getattr(layer.layer, "batch_first", None), bool):
        return _axes_of(model, layer, samples, shift)
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
    if samples.asked == samples.trained:
        return [], []  # what the axes are is not sure enough
    place = layer.name if layer is not None else mixing.before or mixing.after or "model"
    where = "in this layer" if layer is not None else "behind this layer"
    said = (
        f"what the model says of a sample changes by {shift:.2g} of its spread when the others in the batch are "
        f"replaced; it begins {where}"
    )
    return [], [_symptom("model.mixes_samples", place, shift, said)]


def _axes_of(model: nn.Module, record: LayerRecord, samples: SampleAxis, shift: float) -> Symptoms:
    kind, place = _as_written(model, record)
    given = next((tensor for tensor in record.given if tensor.dim() in (2, 3)), None)
    if given is None:
        return [], []
    shape, axis = samples.shape(tuple(given.shape)), 1 if record.layer.batch_first else 0
    said = f"its input has shape {shape}, and {kind} "
    if given.dim() == 3:
        said += f"with batch_first={bool(axis)} takes the {samples.trained} samples for steps of one sequence"
    else:
        said += f"takes a table for one sequence, its {samples.trained} samples for steps"
    said += f": what the model says of a sample changes by {shift:.2g} of its spread when the others are replaced"
    symptom = _symptom("model.batch_first", place, shift, said)
    # One sequence as the whole batch may be meant.
    is_sure = given.dim() == 3 and given.shape[axis] == samples.asked and given.shape[1 - axis] > 1
    return ([symptom], []) if is_sure else ([], [symptom])


def _as_written(model: nn.Module, record: LayerRecord) -> tuple[str, str]:
    """The class and the name of the layer as the user has made it: of a transformer, not what it is made of."""
    for name, module in model.named_modules():
        if isinstance(module, _TRANSFORMERS) and record.name.startswith(f"{name}."):
            return type(module).__name__, name
    return type(record.layer).__name__, record.name


def _softmax_over_samples(loss: Tensor, trace: LayerTrace, count: int) -> str | None:
    """The layer behind which a softmax is taken over the first axis; a table of samples by samples is left out."""
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES) if loss.grad_fn is not None else ():
        result = saved(node, "result") if softmax_axis(node) == 0 else None
        if result is not None and len(result) == count and result.shape[1] != count:
            return trace.name_of(node) or "model"
    return None


def _symptom(rule: str, place: str, shift: float, said: str) -> Symptom:
    return Symptom(rule, place, shift, _MOST_SHIFT, said)
