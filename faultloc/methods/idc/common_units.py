"""Important units in common: how alike the choices for different classes are, and in which layers they lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from faultloc.errors import DataError
from faultloc.methods.idc.unit_outputs import Unit


@dataclass(frozen=True, eq=False)
class CommonUnits:
    """``overlap`` is the Jaccard index of the units of two classes, in [0, 1]: those of both among those of either.

    ``by_layer`` counts each class's units in each of ``layers``; ``in_all`` are the units that are important for every
    class, in the order of the first.
    """

    classes: tuple[str, ...]
    layers: tuple[str, ...]
    overlap: Float[np.ndarray, "class class"]
    by_layer: Int[np.ndarray, "class layer"]
    in_all: tuple[Unit, ...]


def common_units(chosen: Mapping[str, Sequence[Unit]], layers: Sequence[str]) -> CommonUnits:
    """What the important units of classes (by name, as ``select_units`` gives them) have in common.

    ``layers`` are those that units were chosen from, in their order.

    Raises:
        DataError: there is no class, one has no units, or a unit is of another layer.
    """
    empty = [name for name, units in chosen.items() if not units]
    if not chosen or empty:
        found = f"the class {empty[0]} has no important units" if empty else "there is no class"
        raise DataError(f"{found}, so nothing is in common; expected the important units of each class")
    others = {layer for units in chosen.values() for layer, _ in units} - set(layers)
    if others:
        raise DataError(f"there are units of the layer {min(others)!r}; expected some of: {', '.join(layers)}")
    sets = [set(units) for units in chosen.values()]
    overlap = np.array([[len(one & other) / len(one | other) for other in sets] for one in sets])
    places = {layer: place for place, layer in enumerate(layers)}
    by_layer = np.zeros((len(sets), len(layers)), dtype=np.int64)
    for row, units in enumerate(sets):
        for layer, _ in units:
            by_layer[row, places[layer]] += 1
    shared = set.intersection(*sets)
    first = next(iter(chosen.values()))
    return CommonUnits(tuple(chosen), tuple(layers), overlap, by_layer, tuple(unit for unit in first if unit in shared))
