"""PyTorch without its compiler, until somebody compiles.

Every optimizer of PyTorch imports `torch._dynamo`, with SymPy and half of `torch.distributed`, to mark its steps as not
to be compiled: two to three seconds and 150 MB in each stage that trains, and none compiles. The stand-in answers those
two calls as they are answered outside of compiled code, by doing nothing, and gives way to the real module as soon as
anything else of it is wanted: a network of yours that calls `torch.compile` finds it.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

import torch

_NAME = "torch._dynamo"


class _StandIn(ModuleType):
    def graph_break(self, msg: str = "") -> None:
        """Outside of compiled code there is no graph to break."""

    def disable(self, fn: Callable | None = None, *_: object, **__: object) -> Callable:
        """Outside of compiled code a function is as it is."""
        return fn if fn is not None else lambda function: function

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
            # Set on the package by the import; a reader of the old attribute comes through here again.
            importlib.import_module(_NAME)
        return getattr(sys.modules[_NAME], name)


def leave_compiler_out() -> None:
    """Puts the stand-in in the compiler's place, unless that has been imported already."""
    if _NAME not in sys.modules:
        stand_in = _StandIn(_NAME)
        sys.modules[_NAME] = stand_in
        torch._dynamo = stand_in
