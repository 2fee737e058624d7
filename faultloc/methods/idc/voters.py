"""Attributions as what votes for units."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from torch import Tensor, nn

from faultloc.methods.idc.attributions import attribution_named
from faultloc.methods.idc.importance import attribute_units
from faultloc.methods.idc.voting import UnitScores, Voter

# The attributions that vote in WISDOM.
METHODS = ("lc", "la", "ii", "ldl", "ldls", "lgs", "lig", "lrp")


def voters(methods: Sequence[str], generator: np.random.Generator) -> dict[str, Voter]:
    """The attributions called ``methods``, each by its name; those that draw, draw from ``generator``.

    Raises:
        ConfigError: there is none of that name.
    """
    for name in methods:
        attribution_named(name)
    return {name: _voter(name, generator) for name in methods}


def _voter(attribution: str, generator: np.random.Generator) -> Voter:
    def read(network: nn.Module, inputs: Tensor, labels: Int[np.ndarray, "sample"]) -> UnitScores:
        return attribute_units(network, inputs, labels, attribution, generator)

    return read
