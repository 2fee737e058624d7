"""Attributions as what votes for units."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int
from torch import Tensor, nn

from faultloc.errors import ConfigError
from faultloc.methods.idc.importance import ATTRIBUTIONS, Attribution
from faultloc.methods.idc.units import unit_sums
from faultloc.methods.idc.voting import UnitScores, Voter
from faultloc.probes.layer_outputs import layers_with_units
from faultloc.probes.layers import find_layer

# The attributions that vote in WISDOM.
METHODS = ("lc", "la", "ii", "ldl", "ldls", "lgs", "lig", "lrp")


def voters(methods: Sequence[str] = METHODS, table: Mapping[str, Attribution] = ATTRIBUTIONS) -> dict[str, Voter]:
    """The attributions called ``methods``, each by its name.

    Raises:
        ConfigError: there is none of that name.
    """
    missing = [name for name in methods if name not in table]
    if missing:
        raise ConfigError(f"there is no attribution {missing[0]!r}; expected one of: {', '.join(table)}")
    return {name: _voter(table[name]) for name in methods}


def _voter(attribution: Attribution) -> Voter:
    def read(network: nn.Module, inputs: Tensor, labels: Int[np.ndarray, "sample"]) -> UnitScores:
        layers = [name for name in layers_with_units(network) if not isinstance(find_layer(network, name), nn.RNNBase)]
        values = attribution(network, inputs, labels, layers)
        return {
            name: unit_sums(find_layer(network, name), values[name]).detach().double().cpu().numpy()
            for name in layers
            if name in values
        }

    return read
