"""Faults of what a training is given: pixels that nobody scaled, an empty cell, labels of other samples."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from faultloc.errors import ConfigError
from faultloc.subject.batches import as_model_input

# Of so many samples one has a value that is no number: few enough to be overlooked in the data.
_ONE_IN = 20


def unscaled(inputs: Shaped[Tensor, "sample ..."]) -> Float[Tensor, "sample ..."]:
    """The pixels as numbers from 0 to 255, which a network then gets as they are.

    Raises:
        ConfigError: the inputs are no pixels.
    """
    if inputs.dtype != torch.uint8:
        raise ConfigError(
            f"deep_localize.fault.kind is 'no_scaling', and the inputs are {_words(inputs)}; expected pixels, which "
            "are scaled before training: choose another fault or a data set of images"
        )
    return inputs.float()


def with_missing_values(inputs: Shaped[Tensor, "sample ..."]) -> Float[Tensor, "sample ..."]:
    """A scaled copy of the inputs in which the first value of every twentieth sample is NaN.

    Raises:
        ConfigError: the inputs are tokens.
    """
    scaled = as_model_input(inputs.clone())
    if not scaled.is_floating_point():
        raise ConfigError(
            f"deep_localize.fault.kind is 'nan_input', and the inputs are {_words(inputs)}, which are always numbers; "
            "expected images or real numbers: choose another fault or data set"
        )
    scaled.flatten(1)[::_ONE_IN, 0] = torch.nan
    return scaled


def _words(inputs: Tensor) -> str:
    return "real numbers" if inputs.is_floating_point() else "tokens"
