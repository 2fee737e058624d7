"""The hooks by which an observer sees a training loop that knows nothing of it, and their removal.

Forward hooks see inputs, outputs and layers; optimizer hooks see gradients before and weights after a step. The loss is
seen where its backward pass begins: PyTorch has no hook there, so ``torch.autograd.backward`` is wrapped while at least
one observer is attached. ``Tensor.backward``, Lightning, Accelerate and Keras all call it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from faultloc.methods.deep_localize.hooks.function_transforms import is_transformed
from faultloc.methods.deep_localize.hooks.joined_modules import parts_of
from faultloc.methods.deep_localize.hooks.layer_trace import layers_of


@runtime_checkable
class Watching(Protocol):
    """What taps tell of: the events of a training loop."""

    wants_layers: bool
    step: int
    # Whether the step under way is looked at closely, so that layers need hooks.
    is_sampled: bool

    def forward_begins(self, module: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """The model, or one of several, is called."""

    def layer_returns(self, name: str, layer: nn.Module, given: tuple, returned: object) -> None:
        """A layer was called; only told while ``wants_layers``."""

    def forward_ends(self, module: nn.Module, returned: object) -> None:
        """It has given its outputs."""

    def backward_begins(self, loss: Tensor) -> None:
        """A backward pass is about to run from ``loss``."""

    def step_begins(self, optimizer: Optimizer, has_closure: bool) -> None:
        """An optimizer is about to step."""

    def step_ends(self, optimizer: Optimizer, has_closure: bool) -> None:
        """An optimizer has stepped."""


_original_backward: list[Callable] = []
_attached: list["Taps"] = []


def _backward(tensors: object, *arguments: object, **named: object) -> object:
    for tensor in tensors if isinstance(tensors, list | tuple) else (tensors,):
        if isinstance(tensor, Tensor):
            for taps in tuple(_attached):
                taps.backward_begins(tensor)
    return _original_backward[0](tensors, *arguments, **named)


class Taps:
    """The hooks of one observer; ``remove`` takes all of them away.

    They run at every step, beside operations that take as long as they do on a small network: each is one function that
    calls the observer itself. The end of a call is told at every step only where it tells which of several modules are
    called inside another, which ``hears_every_end`` or ``hear_every_end`` say; else in steps that are looked at.

    ``after``, if there is any, is called once a step has ended, and once a loss was seen. What goes wrong in the
    observer is given to ``failed`` and does not reach the training loop.
    """

    def __init__(
        self,
        observer: Watching,
        model: nn.Module,
        optimizers: Sequence[Optimizer],
        *,
        after: Callable[[], object] | None,
        failed: Callable[[Exception], object],
        hears_every_end: bool = True,
    ) -> None:
        self._observer, self._after, self._failed = observer, after, failed
        self._hears_every_end = hears_every_end
        self._handles: list[RemovableHandle] = []
        self._layer_handles: list[RemovableHandle] = []
        self._entries: dict[int, nn.Module] = {}
        self._compiled: set[int] = set()
        self._has_layers = False
        self._layer_hooks: list[tuple[nn.Module, Callable]] = []
        try:
            for part in parts_of(model).values():
                self.watch_calls_of(part)
            for optimizer in optimizers:
                self.watch_steps_of(optimizer)
            self.watch_layers_of(model)
        except RuntimeError:
            self.remove()
            raise
        if not _original_backward:
            _original_backward.append(torch.autograd.backward)
            torch.autograd.backward = _backward  # type: ignore[assignment]
        _attached.append(self)

    def watch_calls_of(self, module: nn.Module) -> None:
        """Tells of the calls of one more module."""
        # What is compiled takes no hooks inside: they would be compiled as well.
        compiled = getattr(module, "_orig_mod", None)
        if compiled is not None:
            self._compiled |= {id(inner) for inner in compiled.modules()}
            self._layer_hooks = [pair for pair in self._layer_hooks if id(pair[0]) not in self._compiled]
            if self._has_layers:
                self._take_off_layers()
                self._put_on_layers()
        if id(module) not in self._entries:
            self._entries[id(module)] = module
            self._handles.append(module.register_forward_pre_hook(self.forward_begins, with_kwargs=True))
            if self._hears_every_end:
                self._handles.append(module.register_forward_hook(self._call_ends))

    def hear_every_end(self) -> None:
        """Tells of the ends of all calls from now on: calls of several modules follow, as of a model's parts."""
        if not self._hears_every_end:
            self._take_off_layers()
            self._hears_every_end = True
            self._handles += [module.register_forward_hook(self._call_ends) for module in self._entries.values()]
            if self._observer.is_sampled:
                self._put_on_layers()

    def watch_steps_of(self, optimizer: Optimizer) -> None:
        """Tells of the steps of one more optimizer."""
        self._handles.append(optimizer.register_step_pre_hook(self._step_begins))
        self._handles.append(optimizer.register_step_post_hook(self._step_ends))

    def watch_layers_of(self, model: nn.Module) -> None:
        """Tells of the layers of ``model``, and of no other's any more."""
        self._take_off_layers()
        layers = {layer: name for layer, name in layers_of(model).items() if id(layer) not in self._compiled}
        self._layer_hooks = [(layer, self._layer_hook(name)) for layer, name in layers.items()]
        if self._observer.is_sampled:
            self._put_on_layers()

    def _put_on_layers(self) -> None:
        """Layers have hooks only in the steps that are looked at closely: a hook costs, even one that does nothing."""
        self._has_layers = True
        for layer, hook in self._layer_hooks:
            # Before the hook that tells the end of the call: the layer may be the model itself.
            self._layer_handles.append(layer.register_forward_hook(hook, prepend=True))
        for module in () if self._hears_every_end else self._entries.values():
            self._layer_handles.append(module.register_forward_hook(self._call_ends))

    def _take_off_layers(self) -> None:
        for handle in self._layer_handles:
            handle.remove()
        self._layer_handles.clear()
        self._has_layers = False

    def remove(self) -> None:
        """Takes every hook away; the second call does nothing."""
        self._take_off_layers()
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        if self in _attached:
            _attached.remove(self)
        # Where somebody has wrapped it after us, theirs stays, and ours below it only passes the call on.
        if not _attached and _original_backward and torch.autograd.backward is _backward:
            torch.autograd.backward = _original_backward.pop()

    def backward_begins(self, loss: Tensor) -> None:
        """A backward pass is about to run from ``loss``."""
        observer = self._observer
        try:
            observer.backward_begins(loss)
        except Exception as error:  # a monitor that cannot cope must not end what it watches
            self._failed(error)
        # Nothing may be left half done: an error is raised after the step, and here only where no step comes.
        if self._after is not None and observer.step == 0:
            self._after()

    def forward_begins(self, module: nn.Module, arguments: tuple, named_arguments: dict) -> None:
        """A module is called whose calls are watched."""
        if torch.compiler.is_compiling():
            return
        observer = self._observer
        if is_transformed():
            arguments, named_arguments = (), {}
        try:
            observer.forward_begins(module, arguments, named_arguments)
        except Exception as error:
            self._failed(error)
        if observer.is_sampled is not self._has_layers:
            self._match_layers()

    def forward_ends(self, module: nn.Module, returned: object) -> None:
        """It has given its outputs."""
        self._call_ends(module, (), returned)

    def _call_ends(self, module: nn.Module, _: tuple, returned: object) -> None:
        if torch.compiler.is_compiling():
            return
        try:
            self._observer.forward_ends(module, () if is_transformed() else returned)
        except Exception as error:
            self._failed(error)

    def _layer_hook(self, name: str) -> Callable[[nn.Module, tuple, object], None]:
        observer = self._observer

        def hook(layer: nn.Module, given: tuple, returned: object) -> None:
            if observer.wants_layers and not is_transformed():
                try:
                    observer.layer_returns(name, layer, given, returned)
                except Exception as error:
                    self._failed(error)

        return hook

    def _step_begins(self, optimizer: Optimizer, given: tuple, named: dict) -> None:
        closure = given[1] if len(given) > 1 else named.get("closure")
        try:
            self._observer.step_begins(optimizer, closure is not None)
        except Exception as error:
            self._failed(error)

    def _step_ends(self, optimizer: Optimizer, given: tuple, named: dict) -> None:
        observer = self._observer
        closure = given[1] if len(given) > 1 else named.get("closure")
        try:
            observer.step_ends(optimizer, closure is not None)
        except Exception as error:
            self._failed(error)
        if observer.is_sampled is not self._has_layers:
            self._match_layers()
        if self._after is not None:
            self._after()

    def _match_layers(self) -> None:
        if self._observer.is_sampled:
            self._put_on_layers()
        else:
            self._take_off_layers()
