"""Being told when a module has been imported, so that a class in it can be wrapped before anybody uses it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


class _Listener(MetaPathFinder):
    """Finds nothing itself: lets the others find, and calls back once the module has run."""

    def __init__(self, wanted: Mapping[str, Callable[[ModuleType], object]]) -> None:
        self._wanted = wanted
        self._under_way: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._wanted or fullname in self._under_way:
            return None
        self._under_way.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._under_way.discard(fullname)
        if spec is not None and spec.loader is not None:
            run, tell = spec.loader.exec_module, self._wanted[fullname]

            def exec_module(module: ModuleType) -> None:
                run(module)
                tell(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


@contextmanager
def once_imported(wanted: Mapping[str, Callable[[ModuleType], object]]) -> Iterator[None]:
    """Inside the block, each function of ``wanted`` is given the module of its name once that is imported.

    Modules that are there already are given at once.
    """
    listener = _Listener(wanted)
    for name, tell in wanted.items():
        if name in sys.modules:
            tell(sys.modules[name])
    sys.meta_path.insert(0, listener)
    try:
        yield
    finally:
        sys.meta_path.remove(listener)
