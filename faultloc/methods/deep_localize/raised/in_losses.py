"""Errors of a loss that is given outputs and targets that do not fit."""

import re

import torch
from torch import Tensor

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import LABELS, LOSS, MODEL
from faultloc.methods.deep_localize.raised.place_of_error import PlaceOfError, shape


def beyond_outputs(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """A class label that no output stands for."""
    label = int(found[1])
    if at.outputs is None or at.targets is None:
        return None
    classes = at.outputs.shape[1] if at.outputs.dim() > 1 else 1
    least, most = (int(value) for value in torch.aminmax(at.targets))
    if least == 1 and most == classes:
        advice = "number the labels from 0: labels = labels - 1"
    elif label < 0:
        advice = f"number the labels from 0; if {label} marks what does not count: "
        advice += f"nn.CrossEntropyLoss(ignore_index={label})"
    else:
        advice = f"give the last layer one output for each class, here {most + 1} or more, or number the labels from 0"
    return Symptom(
        "labels.beyond_outputs", LABELS, label, classes - 1,
        f"a label is {label}, and the model has {classes} outputs, which stand for the labels 0 to {classes - 1}",
        advice=advice,
    )  # fmt: skip


def wrong_shapes(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """Outputs and targets of shapes that the loss does not take together."""
    if at.outputs is None or at.targets is None:
        return None
    outputs, targets = at.outputs, at.targets
    is_of_classes = not targets.is_floating_point()
    advice = "print(outputs.shape, labels.shape) before the loss"
    if targets.numel() == outputs.numel():
        advice = "give both one shape: labels = labels.view_as(outputs)"
    elif is_of_classes and targets.dim() == 2 and targets.shape[1] == 1:
        advice = "labels = labels.squeeze(1)"
    elif is_of_classes and targets.shape == outputs.shape:
        advice = "labels = labels.argmax(dim=1)"
    elif len(outputs) != len(targets):
        advice = "both need one row for each sample: look for a view(), reshape() or flatten() that moves samples"
    return Symptom(
        "loss.shape", LOSS, targets.numel(), outputs.numel(),
        f"the outputs have the shape {shape(outputs)} and the targets {shape(targets)}, which this loss does not take "
        "together",
        advice=advice,
    )  # fmt: skip


def wrong_type(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """Targets of another type of number than the loss takes."""
    if at.outputs is None or at.targets is None:
        return None
    if at.targets.shape == at.outputs.shape and not at.targets.is_floating_point():
        wanted, advice = str(at.outputs.dtype), "labels = labels.float()"
    elif at.outputs.dim() == 1:
        return _without_classes(at.outputs, at.targets)
    else:
        wanted, advice = "torch.int64", "labels = labels.long()"
    return Symptom(
        "labels.type", LABELS, 0, 0,
        f"the targets are numbers of type {at.targets.dtype}, and this loss takes {wanted}", advice=advice,
    )  # fmt: skip


def _without_classes(outputs: Tensor, targets: Tensor) -> Symptom:
    return Symptom(
        "loss.shape", LOSS, outputs.dim(), 2,
        f"the outputs have the shape {shape(outputs)}, and this loss takes one value for each sample and class",
        advice="leave out squeeze() or mean() between model and loss, or use nn.BCEWithLogitsLoss() for yes and no",
    )  # fmt: skip


def no_probabilities(found: re.Match[str], at: PlaceOfError) -> Symptom | None:
    """A binary cross-entropy given what is no probability, or targets that are none."""
    if at.outputs is None or at.targets is None:
        return None
    is_of_targets = found[1] == "target"
    values = (at.targets if is_of_targets else at.outputs).detach().float()
    least, most = (float(value) for value in torch.aminmax(values))
    odd = most if most > 1 else least
    if is_of_targets:
        sentence = f"a binary cross-entropy takes targets in [0, 1], and these run from {least:.4g} to {most:.4g}"
        return Symptom("labels.range", LABELS, odd, 1, sentence)
    return Symptom(
        "loss.no_probability", MODEL, odd, 1,
        f"a binary cross-entropy takes probabilities, and the outputs run from {least:.4g} to {most:.4g}",
    )  # fmt: skip
