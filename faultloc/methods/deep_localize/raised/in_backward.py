"""Errors of the backward pass, and of the optimizer."""

import re

from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LOSS, MODEL, OPTIMIZER
from faultloc.methods.deep_localize.hooks.layer_trace import owner_of
from faultloc.methods.deep_localize.raised.place_of_error import PlaceOfError

_RESULT_OF = re.compile(r"output \d+ of (\w+?)(?:Backward\d*)?, is at version")
_VIEWS = {"AsStrided", "T", "Transpose", "View", "Slice", "Select"}


def unreached(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """A loss that does not hang on any parameter."""
    parameters = [] if at.model is None else list(at.model.parameters())
    if parameters and not any(parameter.requires_grad for parameter in parameters):
        return Symptom(
            "gradient.unreached", MODEL, 0, len(parameters),
            f"all of the model's {len(parameters)} parameters are frozen (requires_grad=False), none is trained",
            advice="for parameter in model.parameters(): parameter.requires_grad = True, of those that are to learn",
        )  # fmt: skip
    return Symptom(
        "gradient.unreached", LOSS, 0, 1,
        "backward() finds no way from the loss to a parameter: the loss was made of numbers that are cut off from the "
        "model",
    )  # fmt: skip


def second_backward(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """A graph that a backward pass has run through already."""
    recurrent = [] if at.model is None else [
        name for name, part in at.model.named_modules() if isinstance(part, nn.RNNBase | nn.RNNCellBase)
    ]  # fmt: skip
    advice = "detach the state between batches: hidden = hidden.detach()" if recurrent else ""
    return Symptom(
        "gradient.second_backward", (recurrent[0] or MODEL) if recurrent else LOSS, 2, 1,
        "backward() runs through a part of the computation for the second time, and PyTorch has let go of it",
        advice=advice,
    )  # fmt: skip


def changed_in_place(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """A tensor that is needed for the gradients and was changed between the forward and the backward pass."""
    lengths = tuple(int(one) for one in found[1].split(", ") if one)
    made_by = _RESULT_OF.search(at.message)
    operation = made_by[1] if made_by else ""
    named = [] if at.model is None else list(at.model.named_parameters())
    is_of_weights = not operation or operation in _VIEWS
    weight = next((name for name, one in named if is_of_weights and tuple(one.shape) in (lengths, lengths[::-1])), None)
    if weight is not None:
        return Symptom(
            "gradient.inplace", owner_of(weight), 1, 0,
            f"{weight} was changed between the forward pass and backward(), most likely by an optimizer's step",
            advice="run every backward() before the first optimizer.step(), or the forward pass again after it",
        )  # fmt: skip
    what = f"the result of {operation.lower()}" if operation and not is_of_weights else "a tensor"
    sentence = f"{what} (shape {' x '.join(map(str, lengths))}) was changed in place before backward() could use it"
    return Symptom("gradient.inplace", MODEL, 1, 0, sentence)


def many_values(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """A loss that is not one number."""
    return Symptom("loss.many_values", LOSS, 2, 1, "backward() is called on a loss that is not a single number")


def no_parameters(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """An optimizer of nothing."""
    return Symptom(
        "optimizer.no_parameters", OPTIMIZER, 0, 1, "the optimizer is given no parameters: the model knows of none"
    )


def other_device(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """Tensors on two devices."""
    return Symptom("input.device", INPUT, 2, 1, f"model, inputs and labels lie on different devices: {at.message}")


def no_gpu(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """A GPU that is not there."""
    return Symptom("model.no_gpu", MODEL, 0, 1, f"the script asks for a GPU that is not there: {at.message}")
