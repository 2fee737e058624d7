"""The hooks by which a monitor sees a training loop that knows nothing of it, and their removal.

Forward hooks see inputs, outputs and layers; optimizer hooks see gradients before and weights after a step. The loss is
seen where its backward pass begins: PyTorch has no hook there, so ``torch.autograd.backward`` is wrapped while at least
one monitor is attached. ``Tensor.backward``, Lightning, Accelerate and Keras all call it.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from faultloc.methods.deep_localize.layer_trace import layers_of


@runtime_checkable
class Watcher(Protocol):
    """What a monitor answers to."""

    wants_layers: bool

    def forward_begins(self, arguments: tuple, named_arguments: dict) -> None:
        """The model is called."""

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """A layer has turned ``given`` into ``returned``; only called while ``wants_layers``."""

    def forward_ends(self, returned: object) -> None:
        """The model has given its output."""

    def backward_begins(self, loss: Tensor) -> None:
        """A backward pass is about to run from ``loss``."""

    def step_begins(self, optimizer: Optimizer, *, has_closure: bool) -> None:
        """An optimizer is about to take a step."""

    def step_ends(self, optimizer: Optimizer, *, has_closure: bool) -> None:
        """An optimizer has taken a step."""


_original_backward: list[Callable] = []
_watchers: list[Watcher] = []


def _backward(tensors: object, *arguments: object, **named: object) -> object:
    for tensor in tensors if isinstance(tensors, list | tuple) else [tensors]:
        if isinstance(tensor, Tensor):
            for watcher in list(_watchers):
                watcher.backward_begins(tensor)
    return _original_backward[0](tensors, *arguments, **named)


class Taps:
    """The hooks of one watcher; ``remove`` takes all of them away."""

    def __init__(self, watcher: Watcher, model: nn.Module, optimizers: list[Optimizer]) -> None:
        self._watcher = watcher
        self._handles: list[RemovableHandle] = [
            model.register_forward_pre_hook(
                lambda _, given, named: watcher.forward_begins(given, named), with_kwargs=True
            ),
            model.register_forward_hook(lambda _, __, returned: watcher.forward_ends(returned)),
        ]
        for layer, name in layers_of(model).items():
            self._handles.append(layer.register_forward_hook(self._layer_hook(name)))
        for optimizer in optimizers:
            self._handles.append(
                optimizer.register_step_pre_hook(
                    lambda stepping, given, named: watcher.step_begins(stepping, has_closure=_has_closure(given, named))
                )
            )
            self._handles.append(
                optimizer.register_step_post_hook(
                    lambda stepping, given, named: watcher.step_ends(stepping, has_closure=_has_closure(given, named))
                )
            )
        if not _original_backward:
            _original_backward.append(torch.autograd.backward)
            torch.autograd.backward = _backward  # type: ignore[assignment]
        _watchers.append(watcher)

    def _layer_hook(self, name: str) -> Callable[[nn.Module, tuple, object], None]:
        watcher = self._watcher

        def hook(layer: nn.Module, given: tuple, returned: object) -> None:
            if watcher.wants_layers:
                watcher.layer_returns(name, layer, given, returned)

        return hook

    def remove(self) -> None:
        """Takes every hook away; the second call does nothing."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        if self._watcher in _watchers:
            _watchers.remove(self._watcher)
            # Where somebody has wrapped it after us, theirs stays, and ours below it only passes the call on.
            if not _watchers and torch.autograd.backward is _backward:
                torch.autograd.backward = _original_backward.pop()  # type: ignore[assignment]


def _has_closure(arguments: tuple, named: dict) -> bool:
    given = arguments[1] if len(arguments) > 1 else named.get("closure")
    return given is not None
