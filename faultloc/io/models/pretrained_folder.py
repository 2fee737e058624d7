"""A model from a folder that `save_pretrained` of Hugging Face's transformers, or timm, has written."""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from faultloc.errors import MissingPackageError, ModelError
from faultloc.io.models.checkpoint_model import read_parts
from faultloc.io.models.content import file_kind
from faultloc.io.models.loaded import LoadedModel, content_digest
from faultloc.io.models.named_model import ModelName, load_named_model
from faultloc.io.models.safetensors_reading import files_of_weights
from faultloc.io.models.stored_classes import find_class_names
from faultloc.io.models.stored_training import StoredTraining
from faultloc.torchvision_import import import_torchvision

CONFIG = "config.json"
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_EXPECTED = "expected a model of transformers for images (...ForImageClassification), or of timm"


def load_pretrained_folder(folder: Path, *, num_classes: int, input_shape: Sequence[int]) -> LoadedModel:
    """The classifier of images in ``folder``, its weights in single precision; the names of its classes are those of
    its configuration.

    Only classes of transformers and timm themselves are made, and nothing is fetched.

    Raises:
        ModelError: it is none of images, needs code of its own, or weights are missing or do not fit.
        MissingPackageError: the library is not installed.
    """
    config = read_config(folder / CONFIG)
    if isinstance(config.get("architecture"), str):
        return _timm_model(folder, config, num_classes, input_shape)
    named = config.get("architectures")
    if not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
        raise ModelError(f"{folder / CONFIG} names {named!r} as the model's class; {_EXPECTED}: name it with --arch")
    [architecture] = named
    network_class = _class_for_images(folder, architecture, config)
    weights = weights_of_folder(folder)
    stored, _ = read_parts(weights, file_kind(weights), None, trust=False)
    if not isinstance(stored.network, Mapping):
        raise ModelError(f"{weights} holds no weights; {_EXPECTED}: save the model again with save_pretrained")
    network = _built(folder, network_class, stored.network)
    half = config.get("dtype") or config.get("torch_dtype")
    notes = () if half in (None, "float32") else (f"The weights are kept in {half} and computed with in float32.",)
    return LoadedModel(
        network.eval(),
        StoredTraining(),
        f"a {architecture} from a folder of save_pretrained",
        content_digest(folder / CONFIG, *files_of_weights(weights)),
        notes,
        find_class_names(config),
    )


def has_weights(folder: Path) -> bool:
    """Whether ``folder`` is one with a file of weights under its usual name."""
    return any((folder / name).is_file() for name in _WEIGHTS)


def weights_of_folder(folder: Path) -> Path:
    """The file of weights in ``folder``, or the index of several.

    Raises:
        ModelError: there is none.
    """
    found = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    if found is None:
        raise ModelError(
            f"{folder} has no file of weights; expected one of {', '.join(_WEIGHTS)} beside {CONFIG}, as "
            "save_pretrained writes them"
        )
    return found


def read_config(path: Path) -> dict[str, Any]:
    """The settings in a JSON file of ``save_pretrained``.

    Raises:
        ModelError: it is no such file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON ({error}); save the model again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} holds a {type(content).__name__}; expected settings by name: save the model again")
    return content


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """transformers without its progress bars and its remarks, which concern other tasks than reading a model."""
    from transformers.utils import logging as talk

    level, bars = talk.get_verbosity(), talk.is_progress_bar_enabled()
    talk.set_verbosity(logging.CRITICAL)
    talk.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        talk.set_verbosity(level)
        if bars:
            talk.enable_progress_bar()


def import_transformers(purpose: str) -> None:
    """Makes sure that transformers and what its models for images need can be imported.

    Raises:
        MissingPackageError: one of them is not installed.
    """
    import_torchvision("torchvision", purpose=purpose)
    try:
        import transformers  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingPackageError("transformers", purpose, extra="transformers") from error


def _class_for_images(folder: Path, architecture: str, config: Mapping[str, Any]) -> Any:
    import_transformers(f"the model in {folder}")
    import transformers
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES as KNOWN

    if config.get("quantization_config"):
        raise ModelError(f"{folder} holds quantised weights, which cannot be looked into; expected them as they were")
    known = {name for names in KNOWN.values() for name in ([names] if isinstance(names, str) else names)}
    if architecture in known:
        return getattr(transformers, architecture)
    if config.get("auto_map"):
        raise ModelError(
            f"{folder} holds a {architecture}, which brings code of its own, and none is run from there; {_EXPECTED}: "
            "name the class with --arch, from a module of yours"
        )
    if architecture.endswith("ForSequenceClassification"):
        raise ModelError(
            f"{folder} holds a {architecture}, a model for texts, whose tokens and masks are not prepared here; "
            f"{_EXPECTED}: for texts wrap it in a network of yours that takes token ids (--arch, --vocabulary)"
        )
    raise ModelError(f"{folder} holds a {architecture}, which does not classify images; {_EXPECTED}")


def _built(folder: Path, network_class: Any, weights: Mapping[str, object]) -> nn.Module:
    try:
        with quiet_transformers():
            config = network_class.config_class.from_pretrained(folder, local_files_only=True)
            network, said = network_class.from_pretrained(
                None, config=config, state_dict=dict(weights), output_loading_info=True, dtype=torch.float32
            )
    except Exception as error:  # whatever a configuration of another version makes of the library
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{folder} cannot be read by transformers ({type(error).__name__}: {reason})") from error
    wrong = {name: sorted(map(str, said.get(name) or ())) for name in ("missing_keys", "mismatched_keys")}
    if any(wrong.values()):
        shown = "; ".join(
            f"{'it lacks' if name == 'missing_keys' else 'the shape differs for'} {', '.join(names[:3])}"
            for name, names in wrong.items()
            if names
        )
        raise ModelError(
            f"the weights in {folder} are not those of its {CONFIG}: {shown}; save the model again with "
            "save_pretrained, after its training"
        )
    return network


def _timm_model(folder: Path, config: Mapping[str, Any], num_classes: int, input_shape: Sequence[int]) -> LoadedModel:
    outputs = config.get("num_classes")
    loaded = load_named_model(
        ModelName("timm", str(config["architecture"]), None),
        weights_of_folder(folder),
        num_classes=outputs if isinstance(outputs, int) and outputs > 0 else num_classes,
        input_shape=input_shape,
    )
    names = find_class_names(config)
    return LoadedModel(loaded.network, loaded.training, loaded.form, loaded.digest, loaded.notes, names)
