"""An encoder of images by its name, with weights that the user has."""

from pathlib import Path

from faultloc.errors import ConfigError, ModelError
from faultloc.io.models.loaded import LoadedModel
from faultloc.io.models.named_model import load_named_model, parse_model_name

# Encoders are trained on ImageNet; their last layer, which is not read, has an output for each of its classes.
_OUTPUTS = 1000


def load_encoder(name: str, weights: Path | None, *, side: int) -> LoadedModel:
    """The network ``name``, ``timm:NAME`` or ``torchvision:NAME``, with the ``weights`` of a file, or, where the name
    ends in ``@pretrained``, with the library's.

    Raises:
        ConfigError: it is not so named.
        ModelError: there is no such network, or its weights are not to be had or do not fit.
        MissingPackageError: the library is not installed.
    """
    parsed = parse_model_name(name)
    if parsed is None:
        raise ConfigError(f"the encoder is {name!r}; expected timm:NAME or torchvision:NAME, such as timm:resnet18")
    if weights is not None and not weights.is_file():
        raise ModelError(f"there is no file {weights}; expected the weights of {parsed}, trained on ImageNet")
    return load_named_model(parsed, weights, num_classes=_OUTPUTS, input_shape=(3, side, side))
