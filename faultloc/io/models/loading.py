"""A trained model from a file of any kind that is read."""

from collections.abc import Sequence
from pathlib import Path

from faultloc.errors import ModelError
from faultloc.io.models.checkpoint_model import load_checkpoint
from faultloc.io.models.content import FileKind, file_kind
from faultloc.io.models.loaded import LoadedModel
from faultloc.io.models.named_model import load_named_model, parse_model_name
from faultloc.io.models.pretrained_folder import CONFIG, has_weights, load_pretrained_folder, weights_of_folder
from faultloc.io.models.program_model import load_program
from faultloc.io.models.user_class import import_user_class


def load_model(
    model: str,
    *,
    arch: str | None,
    trust: bool,
    num_classes: int,
    input_shape: Sequence[int],
    vocabulary_size: int = 0,
    weights: Path | None = None,
    weights_key: str | None = None,
) -> LoadedModel:
    """The model in the file or the folder ``model``, or so named (``timm:NAME``, ``torchvision:NAME``) with ``weights``
    from a file.

    ``arch`` names the class of networks that the file holds or whose weights it holds (``package.module:Class``); it is
    built for ``num_classes`` and ``input_shape`` (channel, height, width) if it asks. ``weights_key`` names the entry
    of a checkpoint to take where it has several networks. Nothing that the file contains is run, unless ``trust`` says
    that it may be.

    Raises:
        ModelError: there is no such model, it cannot be read so, or its weights do not fit.
    """
    path, name = Path(model).expanduser(), parse_model_name(model)
    if name is not None and not path.exists():
        return load_named_model(
            name, weights, num_classes=num_classes, input_shape=input_shape, weights_key=weights_key
        )
    if weights is not None:
        raise ModelError(f"--weights goes with a model by name, such as --model timm:resnet18; {model} is none")
    user_class = import_user_class(arch) if arch is not None else None
    if (path / CONFIG).is_file() and user_class is None:
        return load_pretrained_folder(path, num_classes=num_classes, input_shape=input_shape)
    if has_weights(path):  # accelerate and Hugging Face's Trainer keep a network of one's own so
        path = weights_of_folder(path)
    kind = file_kind(path)
    if kind in (FileKind.TORCHSCRIPT, FileKind.EXPORTED_PROGRAM):
        return load_program(path, kind, trust=trust, input_shape=input_shape)
    return load_checkpoint(
        path,
        kind,
        user_class,
        trust=trust,
        num_classes=num_classes,
        input_shape=input_shape,
        vocabulary_size=vocabulary_size,
        weights_key=weights_key,
    )
