"""How many units of each activation are dead or saturated, read from the results that the autograd graph keeps."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.autograd_walk import children, operation, past_shaping, saved, walk
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace

_MOST_NODES = 4000
_LINEAR = {"Addmm", "Convolution", "Linear"}
# |pre-activation| > 5, in what sigmoid and tanh make of it.
_SIGMOID_END, _TANH_END = 1 / (1 + 2.718281828**5), 0.99990920426


@dataclass(frozen=True)
class ActivationStatistic:
    """``dead``: share of a ReLU's units that are zero for the whole batch; ``saturated``: share of a sigmoid's or
    tanh's values whose input lies beyond 5. Both in [0, 1]; the one that does not apply is 0."""

    place: str
    dead: float
    saturated: float


def activation_statistics(loss: Tensor, trace: LayerTrace, predictions: set[Node]) -> Iterator[ActivationStatistic]:
    """One statistic for each activation between the inputs and ``loss``.

    The activations that give ``predictions`` are left out: a classifier that is sure is saturated, and right to be.
    """
    if loss.grad_fn is None:
        return
    places: list[str] = []
    kinds: list[str] = []
    counts: list[Tensor] = []
    sizes: list[int] = []
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES):
        kind = operation(node)
        if kind not in ("Relu", "Sigmoid", "Tanh") or node in predictions:
            continue
        result = saved(node, "result")
        if result is None or result.dim() < 2 or not result.numel():
            continue
        places.append(trace.name_of(node) or kind.lower())
        kinds.append(kind)
        count, size = _alive(result) if kind == "Relu" else _saturated(kind, result)
        counts.append(count)
        sizes.append(size)
    if counts:  # one reading from the device
        for place, kind, count, size in zip(places, kinds, torch.stack(counts).tolist(), sizes, strict=True):
            yield ActivationStatistic(place, *((1 - count / size, 0.0) if kind == "Relu" else (0.0, count / size)))


def stacked_layers(loss: Tensor, trace: LayerTrace) -> list[str]:
    """The linear and convolutional layers that take another's output as it is, nearest the loss first."""
    if loss.grad_fn is None:
        return []
    found = []
    for node, _ in walk(loss.grad_fn, most=_MOST_NODES):
        if operation(node) in _LINEAR and any(
            operation(before) in _LINEAR for before in map(past_shaping, children(node)) if before is not None
        ):
            found.append(trace.name_of(node) or operation(node).lower())
    return found


def _alive(result: Tensor) -> tuple[Tensor, int]:
    """How many of a ReLU's units are not dead, of how many."""
    # A unit is a column, of a convolution a channel, of a sequence the last axis.
    unit = 1 if result.dim() != 3 else 2
    highest = result.amax(dim=[axis for axis in range(result.dim()) if axis != unit])
    return torch.count_nonzero(highest), highest.numel()


def _saturated(kind: str, result: Tensor) -> tuple[Tensor, int]:
    """How many of a sigmoid's or tanh's values are saturated, of how many."""
    if kind == "Sigmoid":
        return torch.count_nonzero((result < _SIGMOID_END) | (result > 1 - _SIGMOID_END)), result.numel()
    return torch.count_nonzero(result.abs() > _TANH_END), result.numel()
