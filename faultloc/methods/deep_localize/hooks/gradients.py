"""Norms of gradients and of the steps' changes of the weights, each in few operations."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

# Of a large weight, this many values stand for all: enough for a ratio, and no copy of the whole model.
_MOST_VALUES = 8192


def gradient_norms(parameters: Mapping[str, nn.Parameter]) -> dict[str, float]:
    """The norm of each gradient that there is; one fused operation and one reading from the device."""
    having = {
        name: parameter.grad.coalesce().values() if parameter.grad.is_sparse else parameter.grad
        for name, parameter in parameters.items()
        if parameter.grad is not None
    }
    if not having:
        return {}
    # What torch's own clip_grad_norm_ uses.
    norms = torch._foreach_norm(list(having.values()))
    return dict(zip(having, torch.stack([norm.float() for norm in norms]).tolist(), strict=True))


def weight_sample(parameters: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """A copy of every weight with two axes or more: in its shape, or in a row of at most 8,192 evenly spaced values."""
    weights = {name: _values(parameter) for name, parameter in parameters.items() if _is_weight(parameter)}
    return dict(zip(weights, torch._foreach_mul(list(weights.values()), 1.0), strict=True)) if weights else {}


def updates_and_norms(
    before: Mapping[str, Tensor], parameters: Mapping[str, nn.Parameter]
) -> tuple[dict[str, float], dict[str, float]]:
    """The norm of each weight's change since ``before`` over its norm then, and that norm.

    Weights that were all zero are left out of the changes. Two fused operations and one reading from the device.
    """
    names = [name for name in before if name in parameters]
    if not names:
        return {}, {}
    then = [before[name] for name in names]
    changes = torch._foreach_sub([_values(parameters[name]) for name in names], then)
    norms = torch.stack([norm.float() for norm in torch._foreach_norm([*changes, *then])]).tolist()
    sizes = dict(zip(names, norms[len(names) :], strict=True))
    updates = {name: moved / sizes[name] for name, moved in zip(names, norms, strict=False) if sizes[name]}
    return {name: value for name, value in updates.items() if math.isfinite(value)}, sizes


def _is_weight(parameter: nn.Parameter) -> bool:
    return parameter.requires_grad and parameter.dim() >= 2


def _values(parameter: nn.Parameter) -> Tensor:
    values, apart = parameter.detach(), -(-parameter.numel() // _MOST_VALUES)
    return values.reshape(-1)[::apart] if apart > 1 else values
