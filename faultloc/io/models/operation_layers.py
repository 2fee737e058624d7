"""The layer of torch.nn that computes what one tensor operation with stored weights computes."""

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import Tensor, nn

_ATEN = torch.ops.aten
# By the number of a weight's dimensions.
_CONVOLUTIONS = {3: nn.Conv1d, 4: nn.Conv2d, 5: nn.Conv3d}
# By the number of an input's dimensions.
_NORMALISATIONS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
_CONVOLUTION_OPERATIONS = {
    getattr(getattr(_ATEN, name), overload)
    for name in ("conv1d", "conv2d", "conv3d")
    for overload in ("default", "padding")
} | {_ATEN.convolution.default, _ATEN._convolution_mode.default}  # as tracing writes them


def layer_of_operation(operation: object, arguments: Mapping[str, object], *, dimensions: int) -> nn.Module | None:
    """The layer that computes ``operation`` on its input with the tensors in ``arguments``, which become its own.

    ``dimensions`` is how many the input has. None where the operation is none of a linear layer, a convolution or a
    batch normalisation, or where its weight is computed, not stored.
    """
    weight, bias = arguments.get("weight"), arguments.get("bias")
    if not isinstance(weight, Tensor) or not (bias is None or isinstance(bias, Tensor)):
        return None
    if operation is _ATEN.linear.default:
        layer: nn.Module = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    elif operation in _CONVOLUTION_OPERATIONS and not arguments.get("transposed"):
        layer = _convolution(weight, bias, arguments)
    elif operation is _ATEN.batch_norm.default and dimensions in _NORMALISATIONS:
        return _normalisation(weight, bias, arguments, _NORMALISATIONS[dimensions])
    else:
        return None
    layer.register_parameter("weight", _as_parameter(weight))
    layer.register_parameter("bias", None if bias is None else _as_parameter(bias))
    return layer


def _convolution(weight: Tensor, bias: Tensor | None, arguments: Mapping[str, object]) -> nn.Module:
    groups = cast(int, arguments["groups"])
    kind = cast(Callable[..., nn.Module], _CONVOLUTIONS[weight.ndim])
    return kind(
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        **{name: _sizes(arguments[name]) for name in ("stride", "padding", "dilation")},
        groups=groups,
        bias=bias is not None,
        device="meta",
    )


def _normalisation(
    weight: Tensor, bias: Tensor | None, arguments: Mapping[str, object], kind: type[nn.Module]
) -> nn.Module | None:
    mean, variance = arguments["running_mean"], arguments["running_var"]
    if not isinstance(mean, Tensor) or not isinstance(variance, Tensor) or bias is None:
        return None
    make = cast(Callable[..., nn.Module], kind)
    layer = make(len(weight), eps=arguments["eps"], momentum=arguments["momentum"])
    layer.register_parameter("weight", _as_parameter(weight))
    layer.register_parameter("bias", _as_parameter(bias))
    layer.register_buffer("running_mean", mean)
    layer.register_buffer("running_var", variance)
    return layer


def _sizes(value: object) -> object:
    # One number for all dimensions comes as a list of one; a padding may be a word ("same").
    return (
        tuple(value) if isinstance(value, list) and len(value) > 1 else value[0] if isinstance(value, list) else value
    )


def _as_parameter(weight: Tensor) -> nn.Parameter:
    return weight if isinstance(weight, nn.Parameter) else nn.Parameter(weight)
