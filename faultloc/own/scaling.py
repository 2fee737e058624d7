"""The scaling of images that a caller names, found to fit them."""

import numpy as np
from jaxtyping import Shaped
from torch import nn

from faultloc.errors import ConfigError
from faultloc.subject.normalisation import normalised

# Of images: sample, channel, height, width.
_AXES = 4


def scaled(
    network: nn.Module, mean: object, std: object, inputs: Shaped[np.ndarray, "sample ..."], *, prefix: str = ""
) -> nn.Module:
    """``network`` behind the scaling by ``mean`` and ``std``, numbers for each channel of images such as ``inputs``; as
    it is where neither is given. Messages name both with ``prefix``.

    Other inputs than uint8 images come as the model takes them: scaled once more, they would be wrong without a word.

    Raises:
        ConfigError: one is given without the other, or they do not fit each other or the inputs.
    """
    if mean is None and std is None:
        return network
    means, deviations = _numbers(mean, f"{prefix}mean"), _numbers(std, f"{prefix}std")
    behind = normalised(network, means, deviations, prefix=prefix)
    if inputs.dtype != np.uint8 or inputs.ndim != _AXES:
        raise ConfigError(
            f"{prefix}mean and {prefix}std are given, and the inputs are {inputs.dtype} of the shape "
            f"{inputs.shape[1:]}, which reach the model as they are; expected uint8 images with them: leave both out, "
            "and scale the inputs where they are made (in the transform), if they are not scaled yet"
        )
    numbers = len(means or ())
    if numbers not in (1, inputs.shape[1]):
        raise ConfigError(
            f"{prefix}mean and {prefix}std have {numbers} numbers each, and the images {inputs.shape[1]} "
            f"channel{'s' if inputs.shape[1] > 1 else ''}; expected a number a channel, or one for all"
        )
    return behind


def _numbers(given: object, name: str) -> list[float] | None:
    if given is None:
        return None
    try:
        return [float(number) for number in given]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ConfigError(f"{name} is {given!r}; expected a list of numbers, one a channel") from None
