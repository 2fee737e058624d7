"""Which units are the important ones: the highest of one layer, of each layer, or of all layers but the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from faultloc.errors import ConfigError, ModelError
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.settings_check import check_number

# Of all layers but the last together, of one layer, or of each layer but the last by itself.
Scope = Literal["end2end", "layer", "layer_by_layer"]
# A list of units for each coverage that is measured, by its name: a layer's, or ``TOGETHER``.
UnitGroups = dict[str, list[Unit]]
TOGETHER = "all layers"


@dataclass(frozen=True)
class SelectionSettings:
    """How many units count, ``top``, and from where; ``layer_index`` counts the layers from 0, from the end below 0.

    ``fewer_will_do``: nobody asked for just so many, and where there are fewer all of them count.

    Raises:
        ConfigError: a setting is out of its range.
    """

    scope: Scope = "end2end"
    layer_index: int | None = None
    top: int = 10
    fewer_will_do: bool = False

    def __post_init__(self) -> None:
        check_number("the number of important units", self.top, at_least=1, whole=True)
        if self.scope not in get_args(Scope):
            raise ConfigError(f"the scope is {self.scope!r}; expected one of: {', '.join(get_args(Scope))}")
        if (self.layer_index is not None) != (self.scope == "layer"):
            raise ConfigError(
                f"the scope is {self.scope} and the layer's index {self.layer_index}; expected an index for the scope "
                "layer, and for no other"
            )


def select_groups(importance: Mapping[str, Float[np.ndarray, "_"]], settings: SelectionSettings) -> UnitGroups:
    """The important units, a group for each coverage that is to be measured.

    Layer by layer, a layer of fewer than ``top`` units counts with all that it has.

    Raises:
        ConfigError: there is no such layer, or not so many units.
        ModelError: there is no layer but the last one.
    """
    if settings.scope != "layer" and len(importance) < 2:
        raise ModelError(
            f"the network has no layer with units before its last one, {', '.join(importance)}, so no unit can be the "
            "important one; expected more layers: choose that one by its index, or leave idc out"
        )
    if settings.scope == "layer_by_layer":
        inner = list(importance)[:-1]
        return {name: select_units(importance, min(settings.top, len(importance[name])), layer=name) for name in inner}
    layer = None if settings.layer_index is None else layer_by_index(importance, settings.layer_index)
    pool = list(importance)[:-1] if layer is None else [layer]
    there = sum(len(importance[name]) for name in pool)
    top = min(settings.top, there) if settings.fewer_will_do and there else settings.top
    return {layer or TOGETHER: select_units(importance, top, layer=layer)}


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
        raise ConfigError(f"{count} units are asked for, and {where} {len(units)}; expected 1 to {len(units)}")
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
