"""Where a network stops looking and starts deciding: its prefix gives features, its tail combines them."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from faultloc.errors import ModelError, TrainingError
from faultloc.probes.activations import watching
from faultloc.probes.layers import LayerCall, find_layer, last_linear_layer, record_calls
from faultloc.probes.modes import evaluating
from faultloc.subject.batches import as_model_input
from faultloc.subject.blocks import blocks_of_rows
from faultloc.subject.shared_arrays import Allocate, allocate_in_memory
from faultloc.subject.wrapped_network import names_begin_with

# No feature counts for more than so many times the largest one of the median sample: a single value that stands for a
# missing one, as 1e20 does, would set the scale of all others.
_MOST_TIMES = 100.0
# They may stand between the layers of a tail; its mutants do without.
_NORMALISATIONS = (nn.BatchNorm1d, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True)
class PrefixPart:
    """A layer whose ``side`` gives features: what flows into it, or out of it.

    ``over_steps`` is what stands for a sequence: its mean or its maximum over the steps; None for anything else.
    """

    layer: str
    side: Literal["input", "output"]
    over_steps: Literal["mean", "max"] | None = None


@dataclass(frozen=True)
class Prefix:
    """The layers that give a network's features, and the shape of the tail that follows them.

    ``tail_widths`` are the sizes of the tail's fully connected layers, the last that of the logits. ``is_learned``:
    layers with weights come before the features; where none does, these are the inputs as they are and know no label.
    """

    parts: Sequence[PrefixPart]
    tail_widths: Sequence[int]
    is_learned: bool = True


def _sees_everything(call: LayerCall) -> bool:
    if isinstance(call.layer, nn.Linear):
        return len(call.input_shape) == 2
    # A convolution as large as its map is a linear layer by another name (LeNet-5's third).
    if isinstance(call.layer, nn.Conv1d | nn.Conv2d):
        return call.layer.groups == 1 and all(side == 1 for side in call.output_shape[2:])
    return False


def find_prefix(network: nn.Module, example: Shaped[Tensor, "sample ..."], layer: str | None = None) -> Prefix:
    """The prefix of ``network``, found by following ``example`` through its layers.

    The tail are the last layers that each see all of their input: LeNet-5 has three (behind 400 features), a residual
    network one (behind the pooled map). What a network memorises sits in its tail, and in its recurrent layers: where
    the tail follows a recurrent layer, its mean over the steps is joined by the mean and the maximum of the embedding,
    which looks at each token alone.

    A ``layer`` that is named gives its output as the features, with what follows of such a tail.

    Raises:
        ModelError: the network does not end in a linear layer, or has no such layer.
    """
    if layer is not None:
        return _prefix_at(network, example, layer)
    calls = record_calls(network, example, lambda module: any(True for _ in module.parameters(recurse=False)))
    tail: list[LayerCall] = []
    for call in reversed(calls):
        if _sees_everything(call):
            tail.insert(0, call)
        elif not (isinstance(call.layer, _NORMALISATIONS) and len(call.input_shape) == 2):
            break
    if not tail:
        raise ModelError(
            f"{type(network).__name__} does not end in a linear layer, but in "
            f"{type(calls[-1].layer).__name__ if calls else 'nothing with weights'}; expected a classifier whose last "
            "layer is torch.nn.Linear"
        )
    widths = tuple(call.output_shape[1] for call in tail)
    before = calls[: calls.index(tail[0])]
    embeddings = [call for call in before if isinstance(call.layer, nn.Embedding)]
    if embeddings and isinstance(before[-1].layer, nn.RNNBase) and before[-1].layer.batch_first:
        token = embeddings[-1].name
        parts = (
            PrefixPart(token, "output", "mean"),
            PrefixPart(token, "output", "max"),
            PrefixPart(before[-1].name, "output", "mean"),
        )
        return Prefix(parts, widths)
    return Prefix((PrefixPart(tail[0].name, "input"),), widths, is_learned=bool(before))


def _prefix_at(network: nn.Module, example: Shaped[Tensor, "sample ..."], layer: str) -> Prefix:
    chosen = find_layer(network, layer)
    linear = [call for call in record_calls(network, example, lambda module: module is chosen or _is_linear(module))]
    places = [place for place, call in enumerate(linear) if call.layer is chosen]
    if not places or not linear[places[-1]].output_shape:
        raise ModelError(
            f"the layer {layer!r} gives no tensor when a sample passes through {type(network).__name__}; expected a "
            "layer before the last one, whose output is a tensor"
        )
    after = [call.output_shape[1] for call in linear[places[-1] + 1 :] if _sees_everything(call)]
    if not after:
        raise ModelError(
            f"no linear layer follows {layer!r} in {type(network).__name__}; expected a layer before the last one"
        )
    return Prefix((PrefixPart(layer, "output"),), tuple(after))


def _is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear)


def describe_prefix(prefix: Prefix, network: nn.Module) -> str:
    """Where mutants with this prefix differ from ``network``, in words: of which layers, on what."""
    around = names_begin_with(network)
    where = " and ".join(
        dict.fromkeys(f"the {part.side} of {part.layer.removeprefix(around)}" for part in prefix.parts)
    )
    layers = "layer" if len(prefix.tail_widths) == 1 else "layers"
    return f"of the last {len(prefix.tail_widths)} {layers}, on {where}"


@dataclass(frozen=True)
class ModelReading:
    """What one pass of the samples leaves: the prefix's features, the input of the last layer, the logits."""

    features: Float[Tensor, "sample feature"]
    last_input: Float[Tensor, "sample neuron"]
    logits: Float[Tensor, "sample class"]


def read_model(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    prefix: Prefix,
    *,
    batch_size: int,
    on_samples: Callable[[int], object] = lambda count: None,
    allocate: Allocate = allocate_in_memory,
) -> ModelReading:
    """The reading of every sample, on the network's device; each part's features have a standard deviation of 1.

    Features beyond 100 times the largest of the median sample are cut off there.

    ``on_samples`` is told how many more samples are done. On the CPU the arrays come from ``allocate``.

    Raises:
        TrainingError: a feature or a sample's highest logit is not a finite number, or all features of a part are the
            same.
    """
    last = PrefixPart(last_linear_layer(network, inputs[:2]), "input")
    watched = [*prefix.parts, last]
    passing: list[list[object]] = [[] for _ in watched]
    kept: list[Tensor | None] = [None] * len(watched)
    logits: Tensor | None = None
    done = 0
    with ExitStack() as stack:
        for part, values in zip(watched, passing, strict=True):
            layer = find_layer(network, part.layer)
            stack.enter_context(watching(layer, values.append, take_input=part.side == "input"))
        stack.enter_context(evaluating(network))
        stack.enter_context(torch.no_grad())
        for batch in inputs.split(batch_size):
            answers = network(as_model_input(batch)).float()
            # Arrays for all samples from the beginning: to join the batches at the end would take the memory twice.
            logits = _rows_like(answers, len(inputs), allocate) if logits is None else logits
            logits[done : done + len(answers)] = answers
            is_step = batch != 0  # token 0 is padding
            for place, (part, values) in enumerate(zip(watched, passing, strict=True)):
                features = _features(values[-1], is_step, part)
                rows = kept[place]
                rows = _rows_like(features, len(inputs), allocate) if rows is None else rows
                rows[done : done + len(features)] = features
                kept[place] = rows
                values.clear()
            done += len(batch)
            on_samples(len(batch))
    *read, last_input = [rows for rows in kept if rows is not None]
    for features in (*read, last_input):
        _limit(features)
    for part, features in zip(prefix.parts, read, strict=True):
        _scale(features, part)
    assert logits is not None
    _check_finite(logits)
    return ModelReading(read[0] if len(read) == 1 else _side_by_side(read, allocate), last_input, logits)


def _rows_like(
    batch: Float[Tensor, "batch column"], samples: int, allocate: Allocate
) -> Float[Tensor, "sample column"]:
    if batch.device.type == "cpu":
        return torch.from_numpy(allocate((samples, batch.shape[1]), np.float32))
    return batch.new_empty(samples, batch.shape[1])


def _side_by_side(parts: Sequence[Tensor], allocate: Allocate) -> Float[Tensor, "sample feature"]:
    joined = _rows_like(parts[0].new_empty(0, sum(part.shape[1] for part in parts)), len(parts[0]), allocate)
    return torch.cat(list(parts), dim=1, out=joined)


def _features(values: object, is_step: Tensor, part: PrefixPart) -> Float[Tensor, "sample feature"]:
    while not isinstance(values, Tensor):
        if isinstance(values, PackedSequence):
            values = pad_packed_sequence(values, batch_first=True, total_length=is_step.shape[1])
        values = values[0]  # type: ignore[index]  # recurrent layers give a tuple, the sequence first
    values = values.float()
    if part.over_steps is None:
        return values.flatten(1)
    chosen = is_step[:, :, None]
    chosen = chosen | ~chosen.any(dim=1, keepdim=True)  # a sample without a token counts its padding
    if part.over_steps == "mean":
        return (values * chosen).sum(1) / chosen.sum(1)
    return values.masked_fill(~chosen, -torch.inf).amax(1)


def _check_finite(logits: Float[Tensor, "sample class"]) -> None:
    for rows in blocks_of_rows(*logits.shape):
        is_finite = torch.isfinite(logits[rows].amax(dim=1))  # some models rule out a class by a logit of -inf
        if not is_finite.all():
            place = rows.start + int(is_finite.int().argmin())
            raise TrainingError(
                f"the model's output is NaN or infinite for the sample at position {place}; expected finite numbers: "
                "check this input and its like, and the weights of the model"
            )


def _limit(features: Float[Tensor, "sample feature"]) -> None:
    # In place: small results that are kept between large ones that are not would keep the heap from being used again.
    largest = features.new_empty(len(features))
    for rows in blocks_of_rows(*features.shape):
        torch.amax(features[rows].abs(), dim=1, out=largest[rows])
    limit = _MOST_TIMES * float(largest.median())
    if 0 < limit < float(largest.max()) < float("inf"):  # what is not finite is an error, and said to be one
        features.clamp_(-limit, limit)


def _scale(features: Float[Tensor, "sample feature"], part: PrefixPart) -> None:
    spread = features.std()
    is_finite = all(torch.isfinite(features[rows]).all() for rows in blocks_of_rows(*features.shape))
    if not is_finite or not spread > 0:
        found = "are all the same" if spread == 0 else "hold NaN or infinite values"
        raise TrainingError(
            f"the features at layer {part.layer!r} {found}; expected finite numbers that differ: check the inputs and "
            "the weights of the model"
        )
    features /= spread
