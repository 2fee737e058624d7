"""Layers that run over steps, recurrent ones and attention, and take the samples of a batch for steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.rerun import LayerRecord

_TRANSFORMERS = (
    nn.Transformer,
    nn.TransformerEncoder,
    nn.TransformerDecoder,
    nn.TransformerEncoderLayer,
    nn.TransformerDecoderLayer,
)
MOST_SHIFT = 0.01


@dataclass(frozen=True)
class SampleAxis:
    """The number of samples in the batch that is trained on, and in the calls that ask about them."""

    trained: int
    asked: int

    def shape(self, lengths: Sequence[int]) -> str:
        """A shape of the calls as it is in the training, as people read it."""
        return " x ".join(str(self.trained if length == self.asked else length) for length in lengths)


def steps_axis(layer: nn.Module) -> int | None:
    """The axis of a batch that the layer runs over, 0 or 1; None if it is no such layer."""
    batch_first = getattr(layer, "batch_first", None)
    return int(batch_first) if isinstance(batch_first, bool) else None


def has_sequence_layer(model: nn.Module) -> bool:
    """Whether any layer runs over steps."""
    return any(steps_axis(layer) is not None for layer in model.modules())


def check_axes(model: nn.Module, record: LayerRecord, samples: SampleAxis, shift: float | None) -> Symptom | None:
    """The layer of ``record``, which mixes samples, and by how much that changes what the model says, if it does.

    One sequence as the whole batch may be meant: what is not sure has a rule of its own.
    """
    axis = steps_axis(record.layer)
    given = next((tensor for tensor in record.given if tensor.dim() in (2, 3)), None)
    if axis is None or given is None:
        return None
    lengths = tuple(given.shape)
    is_sure = len(lengths) == 3 and lengths[axis] == samples.asked and lengths[1 - axis] > 1
    kind, place = as_written(model, record.name, record.layer)
    said = f"its input has shape {samples.shape(lengths)}, and {kind} "
    if len(lengths) == 3:
        said += f"with batch_first={bool(axis)} takes the {samples.trained} samples for steps of one sequence"
    else:
        said += f"takes a table for one sequence, its {samples.trained} samples for steps"
    if shift is not None:
        said += f": what the model says of a sample changes by {shift:.2g} of its spread when the others are replaced"
    rule = "model.batch_first" if is_sure else "model.one_sequence"
    return Symptom(rule, place, 1 if shift is None else shift, MOST_SHIFT, said)


def as_written(model: nn.Module, name: str, layer: nn.Module) -> tuple[str, str]:
    """The class and the name of the layer as the user has made it: of a transformer, not what it is made of."""
    for outer, module in model.named_modules():
        if isinstance(module, _TRANSFORMERS) and name.startswith(f"{outer}."):
            return type(module).__name__, outer
    return type(layer).__name__, name
