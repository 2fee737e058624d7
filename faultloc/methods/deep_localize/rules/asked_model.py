"""What the first batch shows of how a model computes, by calling the model again in evaluation mode."""

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.rules.composition import check_output_dropout, doubt_composition
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.padding import check_padding
from faultloc.methods.deep_localize.rules.reshaped_axes import check_reshaped_axes
from faultloc.methods.deep_localize.rules.sample_mixing import check_sample_mixing


def ask_model(
    model: nn.Module, call: ForwardCall, target: Tensor | None, loss: Tensor, trace: LayerTrace
) -> tuple[list[Symptom], list[Symptom]]:
    """What is a fault whatever comes of it, and what is one only where the model does not learn.

    It costs two calls with a few samples, or with all where the model takes no fewer; some more where samples mix, or
    where a recurrent layer is given long padding.
    """
    found, doubts = check_sample_mixing(model, call, target, loss, trace)
    found += [*check_reshaped_axes(call, loss, trace), *check_output_dropout(loss, trace)]
    return found, [*doubts, *check_padding(model, call, trace), *doubt_composition(model, loss, trace)]
