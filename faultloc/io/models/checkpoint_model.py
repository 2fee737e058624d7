"""A network from a checkpoint: stored whole, or as weights for the user's class."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from torch import nn

from faultloc.errors import ModelError
from faultloc.io.models.checkpoint import Checkpoint, find_parts
from faultloc.io.models.content import FileKind
from faultloc.io.models.loaded import LoadedModel, content_digest
from faultloc.io.models.record import Record
from faultloc.io.models.safe_reading import read_safely
from faultloc.io.models.safetensors_reading import files_of_weights, read_safetensors
from faultloc.io.models.stored_training import describe_training
from faultloc.io.models.stored_weights import is_averaged
from faultloc.io.models.trusted_reading import read_trusted
from faultloc.io.models.user_class import UserClass
from faultloc.io.models.weights import put_weights


def load_checkpoint(
    path: Path,
    kind: FileKind,
    user_class: UserClass | None,
    *,
    trust: bool,
    num_classes: int,
    input_shape: Sequence[int],
    vocabulary_size: int = 0,
    weights_key: str | None = None,
) -> LoadedModel:
    """The model in the checkpoint at ``path``; ``weights_key`` names the entry to take where there are several.

    Raises:
        ModelError: it cannot be read, holds no model, or weights that do not fit.
    """
    checkpoint, how = read_parts(path, kind, user_class, trust=trust, weights_key=weights_key)
    network, notes = checkpoint.network, list[str]()
    if isinstance(network, nn.Module):
        if user_class is not None:
            user_class.require_kind(network, source=str(path))
        form = f"a whole {type(network).__name__}, {how}"
        notes += _said_of_network(checkpoint)
    elif isinstance(network, Mapping) and user_class is not None:
        network = user_class.build(num_classes=num_classes, input_shape=input_shape, vocabulary_size=vocabulary_size)
        put = put_weights(network, checkpoint.candidates, source=str(path), outputs=num_classes)
        notes += put.notes
        form = f"the weights of a {type(network).__name__}, {how}"
    elif isinstance(network, Mapping):
        raise ModelError(
            f"{path} holds weights without their network; name its class with --arch package.module:Class, for example "
            "--arch lenet:LeNet"
        )
    else:
        raise ModelError(
            f"{path} holds no model and no weights, but {', '.join(checkpoint.entries) or 'nothing'}; expected a model "
            "or its state_dict, by itself or under 'model'"
        )
    digest = content_digest(*files_of_weights(path), *([] if weights_key is None else [weights_key]))
    training, names = describe_training(checkpoint), checkpoint.class_names
    return LoadedModel(network.eval(), training, form, digest, tuple(notes), names)


def _said_of_network(checkpoint: Checkpoint) -> list[str]:
    """Which of several networks that were stored whole was taken."""
    taken, *others = checkpoint.candidates
    averaged = [other for other in others if is_averaged(other.path)]
    if is_averaged(taken.path):
        return [f"The averaged network under {taken.path!r} is taken."]
    if averaged:
        return [
            f"The network under {taken.path!r} is taken as it was trained; there is an averaged one too: --weights-key "
            f"{averaged[0].path} takes that."
        ]
    return []


def read_parts(
    path: Path, kind: FileKind, user_class: UserClass | None, *, trust: bool, weights_key: str | None = None
) -> tuple[Checkpoint, str]:
    """The parts of the checkpoint at ``path``, a network among them as a module, and how they were read.

    Raises:
        ModelError: it cannot be read.
    """
    if kind in (FileKind.SAFETENSORS, FileKind.SHARDS):
        return find_parts(read_safetensors(path), weights_key), f"from {kind.value}"
    if trust:
        return find_parts(read_trusted(path, kind, user_class), weights_key), "read as a trusted file"
    content = read_safely(path, kind, user_class)
    checkpoint = find_parts(content.root, weights_key)
    if not isinstance(checkpoint.network, Mapping):
        content.require_known()
    if isinstance(checkpoint.network, Record):
        checkpoint = replace(checkpoint, network=content.network(checkpoint.network))
    return checkpoint, "read without running code of the file"
