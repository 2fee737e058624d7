"""The modules that a running script keeps in its variables, under the names that it gave them."""

from collections.abc import Iterator
from types import FrameType, ModuleType

from torch import nn

from faultloc.methods.deep_localize.hooks.joined_modules import without_wrapper

_OUTSIDE = ("/torch/", "/faultloc/", "<frozen", "/runpy.py")
_MOST_VARIABLES = 2000


def named_modules_of(frame: FrameType | None) -> dict[nn.Module, str]:
    """The modules in the variables of the script's functions under way, the innermost first, and of its own file.

    Those in lists, dictionaries and objects are found one level deep. A method's own module has its class's name.
    """
    found: dict[nn.Module, str] = {}
    while frame is not None:
        file = frame.f_code.co_filename
        if not any(part in file for part in _OUTSIDE):
            for variables in (frame.f_locals, frame.f_globals):
                for name, module in _modules_in(dict(variables)):
                    found.setdefault(without_wrapper(module), name)
        frame = frame.f_back
    return found


def _modules_in(variables: dict[str, object]) -> Iterator[tuple[str, nn.Module]]:
    for name, value in list(variables.items())[:_MOST_VARIABLES]:
        if name.startswith("__") or isinstance(value, type | ModuleType):
            continue
        if issubclass(type(value), nn.Module) and isinstance(value, nn.Module):
            yield (type(value).__name__ if name == "self" else name), value
            continue
        for inner, module in _inside(value):
            yield (inner if name == "self" and not inner.isdigit() else f"{name}_{inner}"), module


def _inside(value: object) -> Iterator[tuple[str, nn.Module]]:
    if isinstance(value, list | tuple):
        pairs = [(str(number), inner) for number, inner in enumerate(value[:50])]
    elif isinstance(value, dict):
        pairs = [(str(key), inner) for key, inner in list(value.items())[:50]]
    else:
        pairs = list(getattr(value, "__dict__", {}).items()) if not callable(value) else []
    for name, inner in pairs:
        if issubclass(type(inner), nn.Module):
            yield name.replace(".", "_"), inner
