"""What the first batch shows of how a model computes, by calling the model again: in evaluation mode, leaving no trace."""

from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace
from faultloc.methods.deep_localize.rules.nonfinite import ForwardCall
from faultloc.methods.deep_localize.rules.sample_mixing import check_sample_mixing


def ask_model(
    model: nn.Module, call: ForwardCall, target: Tensor | None, loss: Tensor, trace: LayerTrace
) -> tuple[list[Symptom], list[Symptom]]:
    """What is a fault whatever comes of it, and what is one only where the model does not learn."""
    return check_sample_mixing(model, call, target, loss, trace)
