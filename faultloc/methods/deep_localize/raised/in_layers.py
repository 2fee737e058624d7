"""Errors of a layer that is given what it cannot take."""

import re

import torch
from torch import nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT
from faultloc.methods.deep_localize.raised.place_of_error import PlaceOfError, shape

_FLATTEN = "flatten the samples before this layer: x = x.flatten(1)"


def wrong_shape(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """A layer built for other inputs than it is given; None where no layer was called."""
    layer, given = at.layer, at.inputs
    if layer is None or at.is_in_loss:
        return None
    advice, sentence, value, wanted = "", f"this layer was given {shape(given)}, and PyTorch says: {at.message}", 0, 0
    if isinstance(layer, nn.Linear) and given is not None:
        value, wanted = given.shape[-1], layer.in_features
        sentence = f"this layer takes {wanted} values for each sample and is given {value} (shape {shape(given)})"
        is_unflattened = given.dim() > 2 and given[0].numel() == wanted
        advice = _FLATTEN if is_unflattened else f"nn.Linear({value}, {layer.out_features}) takes what it is given"
    elif isinstance(layer, nn.modules.conv._ConvNd) and given is not None and given.dim() > 1:
        value, wanted = given.shape[1], layer.in_channels
        kind = type(layer).__name__
        sentence = f"this layer takes {wanted} channels and is given {value} (shape {shape(given)})"
        if given.shape[-1] == wanted:
            order = ", ".join(str(axis) for axis in (0, given.dim() - 1, *range(1, given.dim() - 1)))
            advice = f"the channels come last here and have to come second: x = x.permute({order})"
        elif given.dim() == len(layer.kernel_size) + 1 and wanted == 1:
            advice = "the axis of channels is missing: x = x.unsqueeze(1)"
        else:
            advice = f"{kind}({value}, {layer.out_channels}, ...) takes what it is given"
    elif isinstance(layer, nn.RNNBase) and given is not None:
        value, wanted = given.shape[-1], layer.input_size
        sentence = f"this layer takes {wanted} values a time step and is given {value} (shape {shape(given)})"
        advice = f"{type(layer).__name__}({value}, {layer.hidden_size}, ...) takes what it is given"
    return Symptom("forward.shape", at.name, value, wanted, sentence, advice=advice)


def wrong_type(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """A layer given numbers of another type than its weights are of."""
    if at.layer is None or at.inputs is None or at.is_in_loss:
        return None
    weight = next(at.layer.parameters(), None)
    kind = "torch.float32" if weight is None else str(weight.dtype)
    advice = "inputs = inputs.float()" if kind == "torch.float32" else f"inputs = inputs.to({kind})"
    if isinstance(at.layer, nn.Embedding):
        kind, advice = "torch.int64", "token_ids = token_ids.long()"
    return Symptom(
        "input.type", INPUT, 0, 0,
        f"layer {at.name} is given numbers of type {at.inputs.dtype} and works with {kind}", advice=advice,
    )  # fmt: skip


def beyond_embedding(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """An index that an embedding has no row for."""
    if not isinstance(at.layer, nn.Embedding) or at.inputs is None:
        return None
    rows = at.layer.num_embeddings
    least, most = (int(value) for value in torch.aminmax(at.inputs))
    odd = least if least < 0 else most
    return Symptom(
        "input.index", INPUT, odd, rows - 1,
        f"layer {at.name} has rows for the indices 0 to {rows - 1}, and is given {odd}",
        advice=f"nn.Embedding({most + 1}, {at.layer.embedding_dim})" if least >= 0 else "",
    )  # fmt: skip


def one_sample(found: re.Match[str], at: PlaceOfError) -> Symptom:
    """Batch normalisation in training, of a single value."""
    return Symptom(
        "model.one_sample", at.name, 1, 2,
        f"batch normalisation takes mean and deviation over the samples, and this batch has one (shape "
        f"{shape(at.inputs)})",
    )  # fmt: skip
