"""A subject on disk: weights as safetensors, everything else as JSON. Reading one runs no code of the file's."""

import copy
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from faultloc.errors import ModelError
from faultloc.io.stores.artifacts import load_json, save_json, written_whole
from faultloc.subject.architecture import Architecture
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.subject import Subject


def save_subject(folder: Path, subject: Subject) -> None:
    """Writes `weights.safetensors` and `subject.json` into ``folder``."""
    save_weights(folder / "weights.safetensors", subject.network.state_dict())
    save_json(folder / "subject.json", {"architecture": asdict(subject.architecture), "recipe": asdict(subject.recipe)})


def load_subject(folder: Path) -> Subject:
    """The subject in ``folder``, its network on the CPU and in evaluation mode."""
    description = load_json(folder / "subject.json")
    architecture = Architecture(**description["architecture"])
    network = architecture.build(torch.Generator())
    load_weights(folder / "weights.safetensors", network)
    return Subject(network.eval(), architecture, TrainingRecipe(**description["recipe"]))


def save_mutant_weights(folder: Path, weights: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Writes the weights of each mutant as `<name>.safetensors` into ``folder``."""
    for name, arrays in weights.items():
        save_weights(folder / f"{name}.safetensors", {key: torch.from_numpy(array) for key, array in arrays.items()})


def load_mutant(folder: Path, name: str, subject: Subject) -> nn.Module:
    """The mutant called ``name``, a network like ``subject``'s, in evaluation mode."""
    network = copy.deepcopy(subject.network)
    load_weights(folder / f"{name}.safetensors", network)
    return network.eval()


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Writes ``weights`` as safetensors; tensors that share memory are stored once for each name."""
    with written_whole(path) as temporary:
        # Written by us, not by safetensors: what goes wrong is then an OSError, as everywhere.
        temporary.write_bytes(
            save({name: tensor.detach().cpu().clone().contiguous() for name, tensor in weights.items()})
        )


def load_weights(path: Path, network: nn.Module) -> None:
    """Puts the weights at ``path`` into ``network``.

    Raises:
        ModelError: the file is not safetensors, or its tensors are not those of the network.
    """
    try:
        network.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, FileNotFoundError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(
            f"{path} does not hold the weights of this {type(network).__name__}: {reason[:300]}"
        ) from error
