"""Which units are the important ones: the highest of one layer, or of all layers but the last."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from faultloc.errors import ConfigError
from faultloc.methods.idc.units import Unit


def select_units(importance: Mapping[str, Float[np.ndarray, "_"]], count: int, *, layer: str | None) -> list[Unit]:
    """The ``count`` units of the highest importance in ``layer``, or, for None, in all layers but the last.

    In the order of the layers, and within a layer the highest first; of equal ones the first counts.

    Source: in one layer, Gerasimou et al., ICSE 2020, section 3.1; in all, WISDOM's `end2end`, which compares sums over
    maps of any size, and so picks the units of narrow, early layers.

    Raises:
        ConfigError: there is no such layer, or it has fewer units.
    """
    names = list(importance)
    if layer is not None and layer not in importance:
        raise ConfigError(f"there is no layer {layer!r} with units; expected one of: {', '.join(names)}")
    pool = [layer] if layer is not None else names[:-1]
    units = [(name, number) for name in pool for number in range(len(importance[name]))]
    if not 1 <= count <= len(units):
        where = f"the layer {layer} has" if layer is not None else "all layers but the last have"
        raise ConfigError(f"{count} units are asked for, and {where} {len(units)}; expected a number from 1 to that")
    ranked = sorted(units, key=lambda unit: -importance[unit[0]][unit[1]])[:count]
    return sorted(ranked, key=lambda unit: pool.index(unit[0]))


def layer_by_index(importance: Mapping[str, Float[np.ndarray, "_"]], index: int) -> str:
    """The layer at the place ``index``, counted from 0, of those with units; from the end below 0.

    Raises:
        ConfigError: there is none.
    """
    names = list(importance)
    if not -len(names) <= index < len(names):
        listed = ", ".join(f"{place}={name}" for place, name in enumerate(names))
        raise ConfigError(f"the layer index is {index}; expected one of: {listed}")
    return names[index]
