"""The settings that a class or a function takes as its arguments, its signature being the declaration."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from faultloc.errors import ConfigError
from stages.settings.suggestions import close_to, did_you_mean


class _Everything(dict[str, Any]):
    """The arguments of a callable that takes any name."""

    def get(self, name: str, default: object = None) -> Any:
        return super().get(name, Any)


def imported(target: object, key: str) -> Callable[..., object]:
    """What the import path ``target``, at ``key``, names.

    Raises:
        ConfigError: it names nothing that can be called.
    """
    module_name, _, name = str(target).rpartition(".")
    if not module_name:
        raise ConfigError(
            f"{key} is {target!r}; expected where it is imported from, too, as in package.module.{target}"
        )
    try:
        module = import_module(module_name)
        found = getattr(module, name)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{key} is {target!r}, which cannot be imported ({error})") from error
    except AttributeError as error:
        names = [known for known in dir(module) if not known.startswith("_")]
        close = [f"{module_name}.{known}" for known in close_to(name, names)]
        raise ConfigError(f"{key} is {target!r}, and {module_name} has no {name}{did_you_mean(close)}") from error
    if not callable(found):
        raise ConfigError(f"{key} is {target!r}; expected a class or a function")
    return found


def arguments_of(
    function: Callable[..., object], key: str, given: Collection[str], *, not_set: Collection[str] = ()
) -> dict[str, Any]:
    """What each argument of ``function`` may be, by its name, but for those ``not_set`` by the parameters.

    Raises:
        ConfigError: an argument that it needs is not among those ``given``; ``key`` is where they stand.
    """
    try:
        parameters = signature(function).parameters
    except (TypeError, ValueError):
        return _Everything()
    try:
        called: Any = function
        hints: Mapping[str, Any] = get_type_hints(called.__init__ if isinstance(function, type) else called)
    except (NameError, TypeError, AttributeError):
        hints = {}
    named = [
        one
        for one in parameters.values()
        if one.kind in (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD) and one.name not in not_set
    ]
    if needed := [one.name for one in named if one.default is Parameter.empty and one.name not in given]:
        name = getattr(function, "__name__", str(function))
        raise ConfigError(f"{name} needs {', '.join(f'{key}.{one}' for one in needed)}; expected a value for each")
    open_to_all = any(one.kind is Parameter.VAR_KEYWORD for one in parameters.values())
    arguments = {one.name: hints.get(one.name, Any) for one in named}
    return _Everything(arguments) if open_to_all else arguments


def plain(kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where what a file of settings cannot hold, such as a tensor, is no choice beside what it can."""
    return {name: _plain(kind) for name, kind in kinds.items()}


def _plain(kind: Any) -> Any:
    if get_origin(kind) not in (Union, UnionType):
        return kind
    held = [one for one in get_args(kind) if one in (int, float, bool, str, NoneType)]
    return Union[tuple(held)] if held else kind  # noqa: UP007
