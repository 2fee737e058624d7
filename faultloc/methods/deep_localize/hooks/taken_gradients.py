"""The gradients that a training step takes by itself, ``torch.autograd.grad``, of which no hook of PyTorch tells.

It is wrapped while somebody listens; a script that imports it by name has to be listened to from its first line.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

# The place of ``create_graph`` behind outputs and inputs.
_CREATE_GRAPH = 2
_original: list[Callable] = []
_listeners: list["TakenGradients"] = []


class TakenGradients:
    """Whether a gradient by inputs was taken, as numbers that no gradient will flow through.

    ``are_constants`` is set here and taken back by whoever begins another step.
    """

    def __init__(self) -> None:
        self.are_constants = False

    def taken(self, inputs: object, *, creates_graph: bool) -> None:
        """A gradient was taken by ``inputs``, which count where they are no weights."""
        by = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs) if isinstance(inputs, list | tuple) else ()
        if creates_graph or not by or not all(isinstance(one, Tensor) for one in by):
            return
        self.are_constants |= not any(isinstance(one, nn.Parameter) for one in by)

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
        for one in tuple(_listeners):
            one.taken(inputs, creates_graph=creates)
    # A script that has imported it by name calls it still when nobody listens any more.
    return _original[0](outputs, inputs, *arguments, **named)
