"""Naming the first tensor that is no longer finite: the batch is run once more, with an eye on every layer."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LOSS
from faultloc.methods.deep_localize.hooks.layer_trace import LayerTrace, layers_of, owner_of, tensors_in
from faultloc.methods.deep_localize.hooks.untouched import untouched

# Inputs are of size 1 to 1,000; squared, this is what half precision cannot hold by far and single precision just can.
_HUGE = 1e12
# What no layer makes of its inputs that is of use.
_LARGE = 1e6

# By whether it is one value.
_IS = {True: "is", False: "are"}


def is_finite(tensor: Tensor) -> bool:
    """Whether every value is a number; integers always are."""
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


class ForwardCall(NamedTuple):
    """One call of the model, or of a part of it where the training step calls parts; a step may make several."""

    module: nn.Module
    arguments: Sequence[object]
    named_arguments: Mapping[str, object]

    @property
    def given(self) -> tuple[tuple, dict]:
        """All arguments."""
        return tuple(self.arguments), dict(self.named_arguments)


def first_nonfinite(model: nn.Module, calls: Sequence[ForwardCall], loss: float) -> Symptom:
    """Where it began: the inputs, the weights, the first layer whose output is not finite, or the loss itself.

    ``calls`` are those of the step, in their order. The model's buffers and all random generators are as before
    afterwards.
    """
    for tensor in tensors_in(calls[0].given):
        if not is_finite(tensor):
            bad = int((~torch.isfinite(tensor)).sum())
            return Symptom(
                "input.nonfinite",
                INPUT,
                bad,
                0,
                f"{bad} of {tensor.numel()} input values {_IS[bad == 1]} NaN or infinite",
            )
    for name, parameter in model.named_parameters():
        if not is_finite(parameter):
            bad = int((~torch.isfinite(parameter)).sum())
            return Symptom(
                "weights.nonfinite", owner_of(name), bad, 0,
                f"{bad} of {parameter.numel()} values of {name} {_IS[bad == 1]} NaN or infinite",
            )  # fmt: skip
    place, exploding, size = _first_bad_layer(model, calls)
    if exploding is not None:
        return Symptom(
            "forward.exploding", exploding, size, _HUGE,
            f"the outputs of this layer are the first beyond all measure: up to {size:.3g}, and the loss is {loss}",
        )  # fmt: skip
    if place is not None:
        return Symptom("forward.nonfinite", place, 1, 0, "this layer is the first whose output is NaN or infinite")
    return Symptom("loss.nonfinite", LOSS, 1, 0, f"the loss is {loss} while every layer's output is finite")


def nonfinite_gradients(norms: Mapping[str, float], trace: LayerTrace) -> Symptom:
    """Where gradients stopped being finite; ``norms`` by parameter, in the model's order, not all of them finite.

    A layer that gives numbers beyond measure explains it: the slope behind them is as large.
    """
    for call, following in pairwise(trace.calls):
        given, taken = call.first_input, following.first_input
        if taken is None or given is None or not taken.is_floating_point() or not taken.numel():
            continue
        size = float(taken.detach().abs().max())
        before = float(given.detach().abs().max()) if given.numel() else 0.0
        if size > _LARGE * max(before, 1.0) and math.isfinite(size):
            return Symptom(
                "forward.exploding", call.name, size, _LARGE,
                f"this layer is given numbers of up to {before:.3g} and gives up to {size:.3g}, and the gradients "
                f"of {sum(not math.isfinite(norm) for norm in norms.values())} of {len(norms)} parameters are NaN or "
                "infinite",
            )  # fmt: skip
    bad = [name for name, norm in norms.items() if not math.isfinite(norm)]
    # If the last layer's gradients are not finite, they were not when they left the loss.
    place = LOSS if owner_of(bad[-1]) == owner_of(list(norms)[-1]) else owner_of(bad[-1])
    return Symptom(
        "gradient.nonfinite", place, len(bad), 0,
        f"the gradients of {len(bad)} of {len(norms)} parameters are NaN or infinite, nearest the loss "
        f"that of {bad[-1]}",
    )  # fmt: skip


def _first_bad_layer(model: nn.Module, calls: Sequence[ForwardCall]) -> tuple[str | None, str | None, float]:
    """The first layer whose output is not finite, and the first before it whose output is huge, with its size."""
    bad: list[str] = []
    huge: list[tuple[str, float]] = []

    def look(name: str, returned: object) -> None:
        for tensor in tensors_in(returned):
            if bad or not tensor.is_floating_point() or not tensor.numel():
                continue
            size = float(tensor.abs().max())
            if not math.isfinite(size):
                bad.append(name)
            elif size > _HUGE:
                huge.append((name, size))

    hooks = [
        layer.register_forward_hook(lambda _, __, returned, name=name: look(name, returned))
        for layer, name in layers_of(model).items()
    ]
    try:
        with untouched(model), torch.no_grad():
            for call in calls:
                call.module(*call.arguments, **call.named_arguments)
    finally:
        for hook in hooks:
            hook.remove()
    exploding, size = huge[0] if huge else (None, 0.0)
    return (bad[0] if bad else None), exploding, size
