"""The trainers of other libraries, imported late: what is missing is named with the extra that brings it."""

import importlib
from contextlib import suppress
from types import ModuleType

from faultloc.errors import ConfigError, MissingPackageError
from faultloc.torchvision_import import import_torchvision

_KERAS_ON_TORCH = "set the environment variable KERAS_BACKEND=torch before keras is imported for the first time"


def import_lightning(*, purpose: str) -> ModuleType:
    """``lightning.pytorch``, or ``pytorch_lightning`` where that is the one installed.

    Raises:
        MissingPackageError: neither is; ``purpose`` says what needs it.
    """
    _import_torchvision_first("Lightning")  # Lightning's metrics import it where it is there
    for name in ("lightning.pytorch", "pytorch_lightning"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in (name, name.partition(".")[0]):
                raise
    raise MissingPackageError("lightning", purpose, "lightning")


def import_transformers(*, purpose: str) -> ModuleType:
    """Hugging Face's ``transformers``.

    Raises:
        MissingPackageError: it is not installed; ``purpose`` says what needs it.
    """
    _import_torchvision_first("transformers")  # which imports it where it is there
    try:
        return importlib.import_module("transformers")
    except ModuleNotFoundError as error:
        if error.name != "transformers":
            raise
    raise MissingPackageError("transformers", purpose, "transformers")


def import_keras(*, purpose: str) -> ModuleType:
    """Keras 3; `check_torch_backend` says whether it runs on torch.

    Raises:
        ConfigError: the backend that it is set to is not installed.
        MissingPackageError: Keras is not; ``purpose`` says what needs it.
    """
    try:
        return importlib.import_module("keras")
    except ModuleNotFoundError as error:
        if error.name != "keras":  # Keras is there, and the backend that it is set to is not
            raise ConfigError(
                f"Keras cannot be imported, because {error.name!r} is not there; expected torch as its backend: "
                f"{_KERAS_ON_TORCH}"
            ) from None
    raise MissingPackageError("keras", purpose, "keras")


def check_torch_backend(keras: ModuleType) -> None:
    """That ``keras`` runs on torch.

    Raises:
        ConfigError: it does not.
    """
    backend = keras.backend.backend()
    if backend != "torch":
        raise ConfigError(f"Keras runs on the backend {backend!r}; expected 'torch': {_KERAS_ON_TORCH}")


def _import_torchvision_first(purpose: str) -> None:
    with suppress(MissingPackageError):
        import_torchvision("torchvision", purpose=purpose)
