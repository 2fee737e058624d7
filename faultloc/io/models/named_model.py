"""A network by its name in timm or torchvision, with weights from a file or with the library's own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn

from faultloc.errors import MissingPackageError, ModelError
from faultloc.io.models.checkpoint_model import read_parts
from faultloc.io.models.content import FileKind, file_kind
from faultloc.io.models.loaded import LoadedModel, content_digest
from faultloc.io.models.safetensors_reading import files_of_weights
from faultloc.io.models.stored_training import StoredTraining, describe_training
from faultloc.io.models.weights import put_weights
from faultloc.torchvision_import import import_torchvision

_PRETRAINED = "pretrained"
_WITH_WEIGHTS = (FileKind.CHECKPOINT, FileKind.LEGACY_CHECKPOINT, FileKind.SAFETENSORS, FileKind.SHARDS)


@dataclass(frozen=True)
class ModelName:
    """A model's ``name`` in a ``library``, and which of the library's own weights to take, if any."""

    library: str
    name: str
    pretrained: str | None

    def __str__(self) -> str:
        return f"{self.library}:{self.name}"


def parse_model_name(model: str) -> ModelName | None:
    """The name in ``timm:NAME`` or ``torchvision:NAME``, each with ``@pretrained`` or another tag; None for a path."""
    match = re.fullmatch(r"(timm|torchvision):([^@]+)(?:@(.+))?", model)
    return ModelName(*match.groups()) if match else None


def load_named_model(
    name: ModelName,
    weights: Path | None,
    *,
    num_classes: int,
    input_shape: Sequence[int],
    weights_key: str | None = None,
) -> LoadedModel:
    """The network called ``name``, with the weights in a file of its own training, or with the library's;
    ``weights_key`` names the entry of the file to take where there are several.

    Raises:
        ModelError: there is no such model, its weights are not to be had or do not fit, or none were named.
        MissingPackageError: the library is not installed.
    """
    build = _timm_builder(name) if name.library == "timm" else _torchvision_builder(name)
    if (weights is None) == (name.pretrained is None):
        found = "has no weights yet" if weights is None else f"has weights twice, @{name.pretrained} and {weights}"
        raise ModelError(
            f"{name} {found}; expected either a file of weights (--weights) or the library's own ({name}@pretrained)"
        )
    network = build(num_classes, input_shape)
    if weights is None:
        return LoadedModel(network.eval(), StoredTraining(), f"{name} with its own weights", content_digest(str(name)))
    kind = file_kind(weights)
    if kind not in _WITH_WEIGHTS:
        raise ModelError(f"{weights} is {kind.value}; expected weights: a state_dict or a safetensors file")
    checkpoint, how = read_parts(weights, kind, None, trust=False, weights_key=weights_key)
    entries = [
        replace(entry, content=stored.state_dict()) if isinstance(stored, nn.Module) else entry
        for entry in checkpoint.candidates
        for stored in [checkpoint.network if entry is checkpoint.candidates[0] else entry.content]
    ]
    if not any(isinstance(entry.content, Mapping) for entry in entries):
        raise ModelError(f"{weights} holds no weights, but {', '.join(checkpoint.entries)}; expected a state_dict")
    put = put_weights(network, entries, source=str(weights), outputs=num_classes)
    form = f"{name} with the weights of a file, {how}"
    digest = content_digest(str(name), *files_of_weights(weights), *([] if weights_key is None else [weights_key]))
    training, names = describe_training(checkpoint), checkpoint.class_names
    return LoadedModel(network.eval(), training, form, digest, put.notes, names)


def _torchvision_builder(name: ModelName) -> Callable[[int, Sequence[int]], nn.Module]:
    models = import_torchvision("torchvision.models", purpose=f"the model {name}")
    known = models.list_models(module=models)
    if name.name not in known:
        raise _unknown(name, known)
    if name.pretrained is None:
        return lambda classes, _: _built(name, lambda: models.get_model(name.name, weights=None, num_classes=classes))
    own = models.get_model_weights(name.name)
    tag = "DEFAULT" if name.pretrained == _PRETRAINED else name.pretrained
    if tag not in own.__members__:
        raise ModelError(f"{name} has no weights {tag!r}; expected one of {', '.join(own.__members__)}")
    return lambda *_: _fetched(name, lambda: models.get_model(name.name, weights=own[tag], progress=False))


def _timm_builder(name: ModelName) -> Callable[[int, Sequence[int]], nn.Module]:
    try:
        import_torchvision("torchvision", purpose=f"the model {name}")  # which timm imports
        import timm
    except ModuleNotFoundError as error:
        raise MissingPackageError("timm", f"the model {name}", extra="timm") from error
    if not timm.is_model(name.name):
        raise _unknown(name, timm.list_models())
    if name.pretrained not in (None, _PRETRAINED):
        raise ModelError(f"timm names weights behind a dot; expected timm:{name.name}.{name.pretrained}@pretrained")
    if name.pretrained is not None:
        return lambda *_: _fetched(name, lambda: timm.create_model(name.name, pretrained=True))
    return lambda classes, shape: _built(
        name, lambda: timm.create_model(name.name, num_classes=classes, in_chans=shape[0])
    )


def _built(name: ModelName, build: Callable[[], nn.Module]) -> nn.Module:
    try:
        return build()
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        raise ModelError(f"{name} cannot be built for this data set: {error}") from error


def _fetched(name: ModelName, build: Callable[[], nn.Module]) -> nn.Module:
    try:
        return build()
    except Exception as error:  # each library has its own errors for a network that is not there
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise ModelError(
            f"the weights of {name} could not be fetched ({reason}); connect to the internet, or give a file with them "
            "by --weights"
        ) from error


def _unknown(name: ModelName, known: Sequence[str]) -> ModelError:
    import difflib

    close = difflib.get_close_matches(name.name, known, n=5)
    near = f"; near to it: {', '.join(close)}" if close else f"; there are {', '.join(list(known)[:5])} and others"
    return ModelError(f"{name.library} has no model {name.name!r}{near}")
