"""The user's own network class, named by `--arch`: imported because the user said so, never because a file did."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from faultloc.errors import ModelError
from faultloc.subject.architecture import Architecture
from faultloc.torchvision_import import import_beside_torchvision, import_torchvision


@dataclass(frozen=True)
class UserClass:
    """A class of networks, or a function that builds one, and the import path under which it was found."""

    module: str
    name: str
    factory: Callable[..., nn.Module]

    def build(self, *, num_classes: int, input_shape: Sequence[int], vocabulary_size: int) -> nn.Module:
        """The network with fresh weights; it is told the number of classes and the input's shape if it asks by name.

        Raises:
            ModelError: it cannot be built so.
        """
        facts = {"num_classes": num_classes, "input_shape": list(input_shape), "vocabulary_size": vocabulary_size}
        asked = inspect.signature(self.factory).parameters
        architecture = Architecture(
            f"{self.module}.{self.name}", {name: facts[name] for name in facts if name in asked}
        )
        try:
            return architecture.build(torch.Generator())
        except ModelError:
            raise
        except Exception as error:  # the class is the user's: anything may go wrong in it
            raise ModelError(
                f"--arch {self.module}:{self.name} could not be built with {dict(architecture.arguments)}: "
                f"{type(error).__name__}: {error}"
            ) from error

    def require_kind(self, network: nn.Module, *, source: str) -> None:
        """Nothing, unless ``network``, stored whole in ``source``, is of another class and stands around none of this
        one; what a function builds is not known.

        A file may have stored the class under another module, so that it is known by its name.

        Raises:
            ModelError: it is another.
        """
        if not isinstance(self.factory, type):
            return
        inner = network
        names = {kind.__name__ for kind in type(inner).__mro__}
        while len(children := [*inner.children()]) == 1:  # a wrapper, as DataParallel
            inner = children[0]
            names |= {kind.__name__ for kind in type(inner).__mro__}
        if self.factory.__name__ not in names:
            found = type(network).__name__
            raise ModelError(
                f"{source} holds a whole {found}, and --arch names {self.module}:{self.name}; expected the class of "
                f"what the file holds: name {found} with --arch, or the file of a {self.name}"
            )

    def layers_in_file(self, paths: Iterable[str]) -> dict[str, type[nn.Module]]:
        """The classes of the user's module that ``paths``, names in a file, stand for, by those names.

        A file names a class by the module in which it was defined when it was saved: ``__main__`` for a script. So
        where the class's name stands in the file under whatever module, that module is taken for the user's. Layers
        that the user's module imported from elsewhere count under their own names.
        """
        home = sys.modules[self.module]
        known = {f"{layer.__module__}.{layer.__qualname__}": layer for layer in vars(home).values() if _is_layer(layer)}
        renamed = {path.rpartition(".")[0] for path in paths if path.rpartition(".")[2] == self.name}
        found: dict[str, type[nn.Module]] = {}
        for path in paths:
            module, _, name = path.rpartition(".")
            layer = getattr(home, name, None) if module in renamed else known.get(path) or _sibling(self.module, path)
            if isinstance(layer, type) and _is_layer(layer):
                found[path] = layer
        return found


def import_user_class(arch: str) -> UserClass:
    """The class or function that ``arch`` names: ``package.module:Class``, ``package.module.Class``, ``file.py:Class``.

    The current directory is searched first, as by ``python -m``.

    Raises:
        ModelError: it is not there, or importing it fails.
    """
    module, _, name = arch.rpartition(":") if ":" in arch else arch.rpartition(".")
    if not module or not name:
        raise ModelError(f"--arch {arch!r} names no class; expected package.module:Class, for example lenet:LeNet")
    folder, module = home_of(module)
    try:
        with importable(folder):
            if module.partition(".")[0] in ("torchvision", "timm"):
                import_torchvision("torchvision", purpose=f"--arch {arch}")
            factory = getattr(import_beside_torchvision(module), name)
    except (Exception, SystemExit) as error:  # importing runs the user's module: anything may go wrong in it
        raise ModelError(
            f"--arch {arch} cannot be imported ({type(error).__name__}: {error}); expected package.module:Class, "
            f"importable from {folder}"
        ) from error
    if not callable(factory):
        raise ModelError(f"--arch {arch} is a {type(factory).__name__}; expected a class of torch.nn.Module")
    return UserClass(module, name, factory)


def home_of(module: str) -> tuple[Path, str]:
    """The folder to import ``module`` from, and its name there: of a file its own folder, else the current one."""
    if module.endswith(".py"):
        return Path(module).resolve().parent, Path(module).stem
    return Path.cwd(), module


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Modules in ``folder`` can be imported, before all others."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _is_layer(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, nn.Module)


def _sibling(user_module: str, path: str) -> object | None:
    # A module of the same package that importing the user's brought along: models.blocks beside models.lenet.
    module, _, name = path.rpartition(".")
    if module.partition(".")[0] != user_module.partition(".")[0]:
        return None
    return getattr(sys.modules.get(module), name, None)
