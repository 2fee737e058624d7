"""Attributions as what votes for units."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from torch import Tensor, nn

from faultloc.methods.idc.attributions import attribution_named
from faultloc.methods.idc.attributions.explained import Explained
from faultloc.methods.idc.importance import importance_of_each
from faultloc.methods.idc.voting import UnitScores, Voter

# The attributions that vote in WISDOM.
METHODS = ("lc", "la", "ii", "ldl", "ldls", "lgs", "lig", "lrp")


def voters(methods: Sequence[str], generator: np.random.Generator) -> dict[str, Voter]:
    """The attributions called ``methods``, each by its name; ``generator`` is drawn from by `lgs` alone.

    Raises:
        ConfigError: there is none of that name.
    """
    for name in methods:
        attribution_named(name)
    return {name: _voter(name, generator) for name in methods}


def _voter(attribution: str, generator: np.random.Generator) -> Voter:
    def read(network: nn.Module, inputs: Tensor, labels: Int[np.ndarray, "sample"]) -> UnitScores:
        return importance_of_each(network, inputs, Explained(labels), attribution, generator)

    return read
