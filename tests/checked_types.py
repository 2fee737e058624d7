"""Calls of the package check their types while tests run: array shapes by jaxtyping, the rest by beartype.

jaxtyping's own import hook takes every function in, and binds the arguments of each call anew, in a quarter of the
tests' time. Here a function whose types name no shape is checked by beartype alone, which takes next to nothing.
"""

import dataclasses
import functools
import sys
import typing
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FunctionType, ModuleType

from beartype import BeartypeConf, FrozenDict, beartype
from jaxtyping import AbstractArray, jaxtyped
from torch import Tensor
from torch.fx import Proxy

# torch.fx follows a call by stand-ins for tensors.
_CHECK = beartype(conf=BeartypeConf(hint_overrides=FrozenDict({Tensor: Tensor | Proxy})))


def check_types(package: str) -> None:
    """Calls of the modules of ``package`` that are imported from here on check what they are given and give."""
    sys.meta_path.insert(0, _Finder(package))


def checked(one: typing.Any) -> typing.Any:
    """The function or class ``one``, whose calls check their types."""
    if isinstance(one, FunctionType):
        return _checked_function(one)
    methods = {name: part for name, part in vars(one).items() if isinstance(_function_of(part), FunctionType)}
    for name, method in methods.items():
        if name != "__init__" or not dataclasses.is_dataclass(one):
            setattr(one, name, _with(method, _checked_function(_function_of(method))))
    if not dataclasses.is_dataclass(one):
        return one
    if any(_names_shape(field.type) for field in dataclasses.fields(one)):
        return jaxtyped(one, typechecker=beartype)
    one.__init__ = _checked_function(one.__init__)
    return one


def _checked_function(function: typing.Any) -> typing.Any:
    if hasattr(function, "__wrapped__"):  # what a decorator gives may be something else than its types say
        return function
    if any(_names_shape(annotation) for annotation in function.__annotations__.values()):
        return jaxtyped(function, typechecker=beartype)
    try:
        typing.get_type_hints(function)
    except (NameError, TypeError):  # a type that a type checker alone knows
        return function
    return _CHECK(function)


# Where each kind of method keeps its function.
_KEPT = {property: "fget", functools.cached_property: "func", staticmethod: "__func__", classmethod: "__func__"}


def _function_of(method: typing.Any) -> typing.Any:
    return getattr(method, _KEPT[type(method)]) if type(method) in _KEPT else method


def _with(method: typing.Any, function: typing.Any) -> typing.Any:
    if isinstance(method, property):
        return method.getter(function)  # keeps its setter
    if isinstance(method, functools.cached_property):  # a new one would have to learn its name
        method.func = function
        return method
    return type(method)(function) if type(method) in _KEPT else function


def _names_shape(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, AbstractArray):
        return True
    return any(_names_shape(part) for part in typing.get_args(annotation))


class _Loader(Loader):
    """Imports a module as ``loader`` does, and has its functions and classes checked."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for name, one in list(vars(module).items()):
            if isinstance(one, FunctionType | type) and one.__module__ == module.__name__:
                setattr(module, name, checked(one))

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)


class _Finder(MetaPathFinder):
    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: typing.Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._package and not name.startswith(f"{self._package}."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec
