"""Weights from a safetensors file: names and numbers, nothing that could run."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from faultloc.errors import ModelError


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """The tensors in the file at ``path``, by name.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        return load_file(path)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"{path} is a damaged safetensors file ({error}); copy or save it again") from error
