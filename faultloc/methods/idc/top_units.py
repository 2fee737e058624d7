"""The units of a layer that say most, of each sample."""

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import ConfigError

# Up to so many units a row is sorted as quickly as searched.
_NARROW = 32


def top_units(values: Float[np.ndarray, "sample neuron"], k: int) -> Int[np.ndarray, "sample chosen"]:
    """The places of the ``k`` highest of each sample (all where there are fewer), the highest first.

    Of equal ones those that come first: behind an activation function many are 0, and what a sorting happens to do
    with them would make coverage depend on the batch.
    """
    width = values.shape[1]
    if width <= max(k, _NARROW):
        return _sorted_units(values, k)
    import torch  # here, since who only reads unit outputs from files need not wait for it

    # Of the k highest and the next one: where no two of them are equal, there is one answer, and it is quickly found.
    found = torch.from_numpy(np.array(values)).topk(k + 1, dim=1)
    numbers, places = found.values.numpy(), found.indices.numpy()[:, :k]
    has_equal = (numbers[:, 1:] == numbers[:, :-1]).any(1)
    if has_equal.any():
        places[has_equal] = _sorted_units(values[has_equal], k)
    return places


def _sorted_units(values: Float[np.ndarray, "sample neuron"], k: int) -> Int[np.ndarray, "sample chosen"]:
    return np.argsort(-values, axis=1, kind="stable")[:, :k]


def require_positive(k: int, criterion: str) -> None:
    """Nothing.

    Raises:
        ConfigError: no unit would be looked at.
    """
    if k < 1:
        raise ConfigError(f"{criterion} is to look at the {k} highest units of a layer; expected 1 or more")
