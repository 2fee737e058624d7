"""The important units and the centres of their clusters, by group: `units.json` and `centroids.json`.

Both hold every number that hangs on them, so that other units or other centres are another file.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import load_json, save_json
from faultloc.methods.idc.centroids import Centres
from faultloc.methods.idc.selection import UnitGroups


def save_units(path: Path, groups: UnitGroups) -> None:
    """Writes the units of each group, in order."""
    save_json(path, {"groups": [{"name": name, "units": units} for name, units in groups.items()]})


def load_units(path: Path) -> UnitGroups:
    """The groups at ``path``.

    Raises:
        DataError: there is no such file.
    """
    return {group["name"]: [(layer, number) for layer, number in group["units"]] for group in load_json(path)["groups"]}


def save_centroids(path: Path, centres: Mapping[str, Centres]) -> None:
    """Writes the centres of each unit of each group, ascending."""
    groups = [
        {"name": name, "units": [[layer, number, values.tolist()] for (layer, number), values in of_units.items()]}
        for name, of_units in centres.items()
    ]
    save_json(path, {"groups": groups})


def load_centroids(path: Path) -> dict[str, Centres]:
    """The centres at ``path``, by group.

    Raises:
        DataError: there is no such file.
    """
    return {
        group["name"]: {(layer, number): np.array(values) for layer, number, values in group["units"]}
        for group in load_json(path)["groups"]
    }
