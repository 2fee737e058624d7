"""`lig` and `lfa`: the attributions that need passes for each layer alone, by captum."""

import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import torch
from torch import Tensor, nn

from faultloc.errors import FaultlocError, MissingPackageError, ModelError
from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.attributions.layer_gradients import holding, layer_of, require_numbers
from faultloc.methods.idc.units import unit_sums
from faultloc.probes.layers import find_layer
from faultloc.probes.modes import evaluating

Forward = Callable[[Tensor], Tensor]


def integrated_gradients(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """Gradients on the way from what the layer gives for zeros to what it gives, times that way (`lig`).

    Fifty steps, a batch of the samples at a time, so that memory does not grow with them.

    Source: Sundararajan et al., "Axiomatic Attribution for Deep Networks", ICML 2017.
    """
    require_numbers(inputs, "lig")
    captum = _captum("lig")

    def attribute(forward: Forward, layer: nn.Module) -> Tensor:
        found = captum.LayerIntegratedGradients(forward, layer)
        return found.attribute(
            inputs,
            torch.zeros_like(inputs),
            internal_batch_size=len(inputs),
            # Zeros where the explained number does not hang on the layer.
            grad_kwargs={"materialize_grads": True},
        )

    return _layer_by_layer(attribute, network, inputs, explained, layers)


def feature_ablation(
    network: nn.Module, inputs: Tensor, explained: Explained, layers: Sequence[str], _: np.random.Generator
) -> Mapping[str, Tensor]:
    """How much the explained number falls when a unit gives zeros: a number a sample and unit (`lfa`).

    Differs: captum by default takes away each value of a map alone, which is a pass for every pixel; here a channel
    goes as a whole.
    """
    captum = _captum("lfa")
    with holding(network, layers) as held, torch.no_grad():
        network(inputs[:1])

    def attribute(forward: Forward, layer: nn.Module) -> Tensor:
        numbers, sizes = _units(layer, held[next(name for name in layers if find_layer(network, name) is layer)])
        found = captum.LayerFeatureAblation(forward, layer).attribute(inputs, layer_mask=numbers)
        return unit_sums(layer, found) / sizes

    return _layer_by_layer(attribute, network, inputs, explained, layers)


def _units(layer: nn.Module, output: Tensor) -> tuple[Tensor, Tensor]:
    """Of which unit each value of an output is, and how many each unit has."""
    ones = torch.ones_like(output[:1], requires_grad=True)
    with torch.enable_grad():
        sizes = unit_sums(layer, ones)
        # Sums over units are linear, so a unit's number is the gradient of the sum that it weighs.
        (numbers,) = torch.autograd.grad((sizes * torch.arange(sizes.shape[1]).to(sizes)).sum(), ones)
    return numbers.round().long(), sizes.detach()


def _layer_by_layer(
    attribute: Callable[[Forward, nn.Module], Tensor],
    network: nn.Module,
    inputs: Tensor,
    explained: Explained,
    layers: Sequence[str],
) -> dict[str, Tensor]:
    again = next((layer_of(call) for call in layers if call != layer_of(call)), None)
    if again is not None:
        raise ModelError(
            f"the layer {again!r} of {type(network).__name__} is called more than once, of which captum reads the last "
            "call only; expected layers that are called once: choose an attribution other than lig and lfa"
        )

    def forward(given: Tensor) -> Tensor:
        return explained.scores(network(given))

    found = {}
    for name in layers:
        layer = find_layer(network, name)
        try:
            with evaluating(network), _left_as_it_was(layer), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # captum's remarks on what it does with requires_grad
                found[name] = attribute(forward, layer).detach()
        except FaultlocError:
            raise
        except (AssertionError, AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise ModelError(
                f"captum cannot attribute to the layer {name!r} of {type(network).__name__} "
                f"({' '.join(str(error).split())[:200]}); choose the attribution lgxa"
            ) from error
    return found


@contextmanager
def _left_as_it_was(layer: nn.Module) -> Iterator[None]:
    """What ``layer`` gives is passed on as a copy, and hooks that are new to it are taken away at the end.

    captum keeps a layer's output, or puts one in its place; what follows may overwrite it.
    """
    kind, hooks = type(layer), set(layer._forward_hooks)

    def call(self: nn.Module, *args: object, **kwargs: object) -> Tensor:
        return kind.__call__(self, *args, **kwargs).clone()

    layer.__class__ = type(kind.__name__, (kind,), {"__call__": call, "__module__": kind.__module__})
    try:
        yield
    finally:
        layer.__class__ = kind
        for hook in set(layer._forward_hooks) - hooks:
            del layer._forward_hooks[hook]


def _captum(attribution: str) -> ModuleType:
    try:
        return importlib.import_module("captum.attr")
    except ModuleNotFoundError as error:
        if error.name not in ("captum", "captum.attr"):
            raise
        raise MissingPackageError("captum", f"the attribution {attribution}", "captum") from None
