"""Reading a file that the user vouches for, running whatever it names."""

import pickle
import types
from pathlib import Path

import torch

from faultloc.errors import ModelError
from faultloc.io.models.content import FileKind
from faultloc.io.models.pickled_names import names_in
from faultloc.io.models.user_class import UserClass, importable


def read_trusted(path: Path, kind: FileKind, user_class: UserClass | None) -> object:
    """The outermost object of the file at ``path``, made as it says; modules in the current directory can be imported.

    Raises:
        ModelError: it cannot be made, or the file is damaged.
    """
    layers = user_class.layers_in_file(names_in(path, kind)) if user_class is not None else {}

    class UserUnpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> object:
            # A class that was defined in the script that saved it is found where the user says that it is.
            return layers.get(f"{module}.{name}") or super().find_class(module, name)

    try:
        with importable(Path.cwd()), path.open("rb") as file:
            if kind is FileKind.PICKLE:
                return UserUnpickler(file).load()
            return torch.load(file, map_location="cpu", weights_only=False, pickle_module=_pickle_module(UserUnpickler))
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"{path} names a class that cannot be found ({error}); name it with --arch package.module:Class, or start "
            "from the folder that holds its module"
        ) from error
    except Exception as error:  # the file runs code of its own: anything may go wrong in it
        raise ModelError(f"{path} cannot be read ({type(error).__name__}: {error}); save the model again") from error


def _pickle_module(unpickler: type[pickle.Unpickler]) -> types.ModuleType:
    # torch.load takes a module in the likeness of pickle, and needs these two names of it.
    module = types.ModuleType("pickle")
    module.Unpickler = unpickler  # type: ignore[attr-defined]
    module.load = lambda file, **options: unpickler(file, **options).load()  # type: ignore[attr-defined]
    return module
