"""Naming the first tensor that is no longer finite: the batch is run once more, with an eye on every layer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from faultloc.methods.deep_localize.catalogue import Symptom
from faultloc.methods.deep_localize.finding import INPUT, LOSS
from faultloc.methods.deep_localize.layer_trace import layers_of, owner_of, tensors_in


def is_finite(tensor: Tensor) -> bool:
    """Whether every value is a number; integers always are."""
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


@dataclass(frozen=True)
class ForwardCall:
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
                "input.nonfinite", INPUT, bad, 0, f"{bad} of {tensor.numel()} input values are NaN or infinite"
            )
    for name, parameter in model.named_parameters():
        if not is_finite(parameter):
            bad = int((~torch.isfinite(parameter)).sum())
            return Symptom(
                "weights.nonfinite", owner_of(name), bad, 0,
                f"{bad} of {parameter.numel()} values of {name} are NaN or infinite",
            )  # fmt: skip
    place = _first_bad_layer(model, calls)
    if place is not None:
        return Symptom("forward.nonfinite", place, 1, 0, "this layer is the first whose output is NaN or infinite")
    return Symptom("loss.nonfinite", LOSS, 1, 0, f"the loss is {loss} while every layer's output is finite")


def _first_bad_layer(model: nn.Module, calls: Sequence[ForwardCall]) -> str | None:
    bad: list[str] = []

    def look(name: str, returned: object) -> None:
        if not bad and not all(is_finite(tensor) for tensor in tensors_in(returned)):
            bad.append(name)

    hooks = [
        layer.register_forward_hook(lambda _, __, returned, name=name: look(name, returned))
        for layer, name in layers_of(model).items()
    ]
    try:
        with _untouched(model), torch.no_grad():
            for call in calls:
                call.module(*call.arguments, **call.named_arguments)
    finally:
        for hook in hooks:
            hook.remove()
    return bad[0] if bad else None


@contextmanager
def _untouched(model: nn.Module) -> Iterator[None]:
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    devices = sorted({parameter.device.index for parameter in model.parameters() if parameter.is_cuda})
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            with torch.no_grad():
                for buffer, before in buffers:
                    buffer.copy_(before)
