"""DeepLIFT's rescale rule for whatever function of PyTorch a network calls, be it a module or not."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

# By the name of the function: torch.relu, Tensor.relu_ and functional.relu are one.
_ELEMENTWISE = frozenset({
    "abs", "celu", "clamp", "clip", "elu", "exp", "gelu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh",
    "leaky_relu", "log_sigmoid", "logsigmoid", "mish", "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu",
    "softplus", "softshrink", "softsign", "sqrt", "square", "tanh", "tanhshrink", "threshold",
})  # fmt: skip
_MAX_POOLINGS = frozenset({"max_pool1d", "max_pool2d", "max_pool3d"})
# Below it, the slope stands for the quotient of two differences: captum's.
_SMALLEST = 1e-10


class Rescaling(TorchFunctionMode):
    """Inside, gradients through functions of single elements and through max pooling are DeepLIFT's multipliers.

    A batch of so many ``rows`` holds samples in its first half and their references in the second. A function that is
    called many times or works in place is like any other. What multiplies two things that hang on the sample, or
    normalises, keeps its gradient, with which contributions no longer add up.

    Source: Shrikumar et al., "Learning Important Features Through Propagating Activation Differences", ICML 2017, the
    rescale rule; for max pooling, captum's rule.

    Differs: captum sees modules only, of some kinds and called once. Of two that follow one another directly (a ReLU,
    then max pooling) it loses the multipliers of the second, and where windows of max pooling overlap, it counts a
    value that wins several of them once: contributions then do not add up, as they do here.
    """

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def __torch_function__(  # type: ignore[no-untyped-def]  # torch's own signature
        self, function, types, args=(), kwargs=None
    ):
        kwargs = dict(kwargs or {})
        given = args[0] if args else kwargs.get("input")
        name = getattr(function, "__name__", "").rstrip("_")
        if name not in _ELEMENTWISE | _MAX_POOLINGS or not isinstance(given, Tensor) or not self._has_rows(given):
            return function(*args, **kwargs)
        rest = args[1:]
        settings = {key: value for key, value in kwargs.items() if key not in ("input", "return_indices")}
        if name in _MAX_POOLINGS:
            if kwargs.get("return_indices", False):
                return function(*args, **kwargs)
            return _MaxPooling.apply(given, getattr(F, f"{name}_with_indices"), rest, settings)

        def on_a_copy(values: Tensor) -> Tensor:
            return function(values.clone(), *rest, **settings)

        copy = given.detach().clone()
        is_in_place = function(copy, *rest, **settings) is copy
        rescaled = _Elementwise.apply(given, on_a_copy)
        return given.copy_(rescaled) if is_in_place else rescaled

    def _has_rows(self, given: Tensor) -> bool:
        return given.requires_grad and given.ndim > 0 and given.shape[0] % self._rows == 0


class _Elementwise(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, given: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        context.function = function
        output = function(given)
        context.save_for_backward(given.clone(), output)
        return output.clone()

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        given, output = context.saved_tensors
        (gradient,) = gradients
        with torch.enable_grad():
            again = given.detach().requires_grad_()
            (slope,) = torch.autograd.grad(context.function(again), again, gradient)
        step = _difference(given)
        rescaled = gradient * _difference(output) / step
        return torch.where(step.abs() < _SMALLEST, slope, rescaled), None


class _MaxPooling(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, given: Tensor, pool: Callable[..., Any], args: tuple, kwargs: dict) -> Tensor:
        output, places = pool(given, *args, **kwargs)
        context.save_for_backward(given.clone(), output, places)
        return output.clone()

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        given, output, places = context.saved_tensors
        (gradient,) = gradients
        of_sample, of_reference = output.chunk(2)
        larger = torch.maximum(of_sample, of_reference)
        rise = torch.cat([larger - of_reference, of_sample - larger])
        # What the sample rises above goes to its winner, what it falls short by to the reference's.
        handed = sum(_spread(gradient * rise, places, given).chunk(2))
        step = _difference(given)
        slope = _spread(gradient, places, given)
        assert isinstance(handed, Tensor)
        return torch.where(step.abs() < _SMALLEST, slope, torch.cat([handed, handed]) / step), None, None, None


def _difference(values: Tensor) -> Tensor:
    """Of samples and references, for both halves."""
    sample, reference = values.chunk(2)
    return torch.cat([sample - reference] * 2)


def _spread(values: Tensor, places: Tensor, given: Tensor) -> Tensor:
    """Each value at the place in its map that won, those of one place added up."""
    spread = torch.zeros_like(given).flatten(2)
    return spread.scatter_add(2, places.flatten(2), values.flatten(2)).reshape(given.shape)
