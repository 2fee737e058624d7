"""The units of a layer that say most, of each sample."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError


def top_units(values: Float[np.ndarray, "sample neuron"], k: int) -> Int[np.ndarray, "sample chosen"]:
    """The places of the ``k`` highest of each sample (all where there are fewer), the highest first.

    Of equal ones those that come first: behind an activation function many are 0, and what a sorting happens to do
    with them would make coverage depend on the batch.
    """
    return np.argsort(-values, axis=1, kind="stable")[:, :k]


def require_positive(k: int, criterion: str) -> None:
    """Nothing.

    Raises:
        ConfigError: no unit would be looked at.
    """
    if k < 1:
        raise ConfigError(f"{criterion} is to look at the {k} highest units of a layer; expected 1 or more")
