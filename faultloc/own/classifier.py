"""A user's network made ready to be read as a classifier, and what there is to say about what it answers with."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.io.models.graph_layers import with_layers
from faultloc.io.models.program_model import rebuilt_script
from faultloc.own.scaling import scaled
from faultloc.probes.answers import Answers, read_answers
from faultloc.subject.architecture import check_outputs
from faultloc.subject.batches import as_model_input, as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.logits_network import AnswerForm, LogitsNetwork

# So many samples, from all over the data set, tell probabilities from logits.
_EXAMPLES = 64

# What stands around a network for parallel training, for averaging its weights, or compiled; hooks do not reach in.
_WRAPPED_AS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
    "OptimizedModule": "_orig_mod",
}


@dataclass(frozen=True)
class Classifier:
    """A ``network`` that gives logits in float32, ``outputs`` of them for a sample; it shares its weights with the
    user's own, unless those were of another precision. ``notes`` are sentences for people."""

    network: nn.Module
    outputs: int
    notes: tuple[str, ...] = ()


def as_classifier(network: nn.Module, inputs: Shaped[Tensor, "sample ..."], num_classes: int) -> Classifier:
    """``network`` as one that gives logits for samples of ``num_classes`` classes, of which ``inputs`` are some.

    A network that does so is given back as it is. Where it returns several things, its logits are picked; where it
    gives probabilities or one number for two classes, they are turned into logits.

    Raises:
        ModelError: it cannot take the inputs, or gives nothing that can be read so.
    """
    inside, notes = in_single_precision(unwrapped_network(network))
    answers = read_answers(inside, inputs, num_classes)
    if answers.path or answers.form not in (AnswerForm.LOGITS, AnswerForm.LOG_PROBABILITIES):
        inside = LogitsNetwork(inside, answers.form, answers.path)
    check_outputs(inside, inputs[:2], num_classes)
    return Classifier(inside, answers.outputs, (*notes, *_said(answers)))


def network_at_hand(model: object, inputs: Shaped[np.ndarray, "sample ..."]) -> nn.Module:
    """The network that a caller in Python has brought: without what stands around it; of a TorchScript model or an
    exported program, which takes ``inputs``, the layers.

    Raises:
        ModelError: it is none.
    """
    if any(kind.__module__.partition(".")[0] == "keras" for kind in type(model).__mro__):
        raise ModelError(
            f"the model is a Keras model ({type(model).__name__}), whose layers are Keras's own; expected a "
            "torch.nn.Module that ends in a torch.nn.Linear: put one with the weights of its last Dense behind its "
            "other layers, as docs/training-record.md shows"
        )
    if isinstance(model, torch.export.ExportedProgram):
        return with_layers(model)
    if isinstance(model, torch.jit.ScriptModule):
        return rebuilt_script(model, as_model_input(torch.from_numpy(inputs[:2]))).network
    if not isinstance(model, nn.Module):
        raise ModelError(
            f"the model is a {type(model).__name__}; expected a torch.nn.Module, with its weights: files are read by "
            "the command `faultloc`"
        )
    network = unwrapped_network(model)
    try:
        network.train(network.training)
    except NotImplementedError as error:
        raise ModelError(
            "the model is the module of an exported program, which has no layers to look at; expected the "
            "ExportedProgram itself, or the network that it was made of"
        ) from error
    return network


def classifier_at_hand(
    model: nn.Module,
    dataset: LabeledDataset,
    device: torch.device,
    *,
    mean: Sequence[float | int] | None,
    std: Sequence[float | int] | None,
) -> Classifier:
    """``model``, moved to ``device``, as a classifier of the samples of ``dataset``, behind the scaling by ``mean`` and
    ``std``.

    Raises:
        ModelError: as ``as_classifier``.
        ConfigError: the mean and the deviation do not fit each other or the samples.
    """
    network = scaled(model, mean, std, dataset.inputs)
    network.to(device)
    found = as_classifier(network, as_tensor(some_of(dataset.inputs), device), len(dataset.class_names))
    found.network.to(device)
    return found


def some_of(samples: Shaped[np.ndarray, "sample ..."]) -> Shaped[np.ndarray, "chosen ..."]:
    """Some dozens of ``samples`` from all over, so that all classes are among them where there are not too many."""
    return samples[np.unique(np.linspace(0, len(samples) - 1, min(_EXAMPLES, len(samples))).astype(np.int64))]


def unwrapped_network(network: nn.Module) -> nn.Module:
    """``network`` without what stands around it for parallel training, averaging or compiling."""
    while (part := _WRAPPED_AS.get(type(network).__name__)) is not None and hasattr(network, part):
        network = getattr(network, part)
    if getattr(network, "_compiled_call_impl", None) is not None:  # by `network.compile()`
        network = copy.copy(network)  # of the module alone: its parts and weights are the same
        network._compiled_call_impl = None
    return network


def in_single_precision(network: nn.Module) -> tuple[nn.Module, tuple[str, ...]]:
    """``network`` with weights in float32: itself, or a copy where they are in half or double precision."""
    kinds = {
        str(weight.dtype).removeprefix("torch.")
        for weight in network.parameters()
        if weight.is_floating_point() and weight.dtype != torch.float32
    }
    if not kinds:
        return network, ()
    try:
        network = copy.deepcopy(network).float()
    except Exception as error:  # what a module of a person's own makes of being copied
        raise ModelError(
            f"{type(network).__name__} has weights in {', '.join(sorted(kinds))} and cannot be copied "
            f"({type(error).__name__}: {error}); expected float32: give network.float()"
        ) from error
    return network, (f"The weights are in {', '.join(sorted(kinds))}; they are computed with in float32.",)


def _said(answers: Answers) -> Sequence[str]:
    notes = []
    if answers.path:
        named = [f"the item {step}" if isinstance(step, int) else repr(step) for step in answers.path]
        notes.append(f"Of what the model returns, {' in it '.join(named)} is read.")
    if answers.form is AnswerForm.LOGITS:
        return notes
    notes.append(f"The model gives {answers.form.value}: they are read as such, and no softmax is taken of them again.")
    if answers.form.is_of_two:
        notes[-1] = f"The model gives {answers.form.value}: it is read as the logits of both."
    return notes
