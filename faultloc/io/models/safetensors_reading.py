"""Weights from a safetensors file, or from several that an index names: names and numbers, nothing that could run."""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from faultloc.errors import ModelError

_INDEX = ".safetensors.index.json"


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """The tensors in the file at ``path``, or in those that an index at ``path`` names, by name.

    Raises:
        ModelError: a file is damaged or missing.
    """
    return {name: tensor for file in _tensor_files(path) for name, tensor in _tensors_in(file).items()}


def files_of_weights(path: Path) -> list[Path]:
    """The files that the weights at ``path`` lie in: itself, and those that it names if it is an index.

    Raises:
        ModelError: the index is damaged, or names a file that is not there.
    """
    return [path, *_tensor_files(path)] if path.name.endswith(_INDEX) else [path]


def _tensor_files(path: Path) -> list[Path]:
    if not path.name.endswith(_INDEX):
        return [path]
    try:
        names = set(json.loads(path.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path} is a damaged index ({type(error).__name__}: {error}); copy or save it again"
        ) from error
    # Beside the index and nowhere else: a name in a file must not lead out of its folder.
    files = [path.parent / Path(str(name)).name for name in sorted(map(str, names))]
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        raise ModelError(f"{path} names {missing.name}, which is not beside it; copy all files of the model")
    return files


def _tensors_in(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"{path} is a damaged safetensors file ({error}); copy or save it again") from error
