"""The gradients that a training step takes by itself, ``torch.autograd.grad``, of which no hook of PyTorch tells.

It is wrapped while somebody listens; a script that imports it by name has to be listened to from its first line.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from faultloc.methods.deep_localize.hooks.function_transforms import is_transformed

# The place of ``create_graph`` behind outputs and inputs.
_CREATE_GRAPH = 2
# So many steps tell whether a derivative is 0 for good.
_STEPS = 8
_original: list[Callable] = []
_listeners: list["TakenGradients"] = []


class TakenGradients:
    """What is known of the gradients by inputs that a step has taken; ``begin_step`` forgets those of the one before.

    ``are_constants``: whether one was taken as numbers that no gradient will flow through. ``zero_steps``: in how many
    steps on end, of the first few, one that a gradient is to flow through was exactly 0 and another was not.

    In these first steps ``numbers`` are those without a history, each with the node of what it is a derivative of,
    ``with_history`` the others, and ``points`` what they were taken by.
    """

    def __init__(self) -> None:
        self.are_constants = False
        self.numbers: list[tuple[Node, Tensor]] = []
        self.with_history: list[Tensor] = []
        self.points: list[Tensor] = []
        self.zero_steps = self._steps = 0
        self._were_zero: list[bool] = []

    def begin_step(self) -> None:
        """Forgets the step before."""
        self.are_constants = False
        if self._were_zero:
            is_flat = any(self._were_zero) and not all(self._were_zero)
            self.zero_steps = self.zero_steps + 1 if is_flat else 0
        if self.points:
            self._steps += 1
            self.numbers, self.with_history, self.points, self._were_zero = [], [], [], []

    def taken(self, outputs: object, inputs: object, gradients: object, *, creates_graph: bool) -> None:
        """``gradients`` of ``outputs`` were taken by ``inputs``, which count where they are no weights."""
        by = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs) if isinstance(inputs, list | tuple) else ()
        if not by or not all(isinstance(one, Tensor) and not isinstance(one, nn.Parameter) for one in by):
            return
        if not creates_graph:
            self.are_constants = True
        if self._steps >= _STEPS or not isinstance(gradients, tuple) or is_transformed():
            return
        known = [one.detach() for one in gradients if isinstance(one, Tensor)]
        self.points += [one.detach() for one in by]
        if creates_graph:
            self._were_zero += [not bool(one.any()) for one in known]
            self.with_history += known
            return
        if not all(one.is_leaf for one in by):
            return  # what a loss hangs on besides, as on an answer of the model, is looked at, and no point
        first = outputs[0] if isinstance(outputs, list | tuple) and outputs else outputs
        if isinstance(first, Tensor) and first.grad_fn is not None:
            self.numbers += [(first.grad_fn, one) for one in known]

    def listen(self) -> None:
        """Is told of gradients from now on."""
        _listeners.append(self)
        _wrap()

    def stop(self) -> None:
        """Is told no more."""
        if self in _listeners:
            _listeners.remove(self)
        _unwrap()


@contextmanager
def wrapped_from_the_start() -> Iterator[None]:
    """Inside, a name that a script imports is that of the wrapper, whoever listens later."""
    idle = TakenGradients()
    idle.listen()
    try:
        yield
    finally:
        idle.stop()


def _wrap() -> None:
    if not _original:
        _original.append(torch.autograd.grad)
    if torch.autograd.grad is _original[0]:
        torch.autograd.grad = _grad  # type: ignore[assignment]


def _unwrap() -> None:
    # Where somebody has wrapped it after us, theirs stays, and ours below it only passes the call on.
    if not _listeners and _original and torch.autograd.grad is _grad:
        torch.autograd.grad = _original[0]


def _grad(outputs: object, inputs: object, *arguments: object, **named: object) -> object:
    if not torch.compiler.is_compiling():
        creates = bool(named.get("create_graph", arguments[2] if len(arguments) > _CREATE_GRAPH else False))
        gradients = _original[0](outputs, inputs, *arguments, **named)
        for one in tuple(_listeners):
            one.taken(outputs, inputs, gradients, creates_graph=creates)
        return gradients
    # A script that has imported it by name calls it still when nobody listens any more.
    return _original[0](outputs, inputs, *arguments, **named)
