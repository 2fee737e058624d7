"""The tree of each layer, and the spread of its cuts where all distances fit: `tree_<k>.npy` and two curves.

`layers.json` has the names of the layers in order.
"""

from collections.abc import Mapping
from pathlib import Path

from faultloc.io.stores.artifacts import load_array, load_json, save_array, save_json
from faultloc.methods.hudd.growing import Grown
from faultloc.methods.hudd.tree import Tree


def save_trees(folder: Path, grown: Mapping[str, Grown]) -> None:
    """Writes the tree of each layer, and its spread."""
    for number, each in enumerate(grown.values()):
        save_array(folder / f"tree_{number}.npy", each.tree.merges)
        if each.spread is not None and each.raw_spread is not None:
            save_array(folder / f"spread_{number}.npy", each.spread)
            save_array(folder / f"raw_spread_{number}.npy", each.raw_spread)
    save_json(folder / "layers.json", {"layers": list(grown)})


def load_trees(folder: Path) -> Mapping[str, Grown]:
    """The trees in ``folder``, by layer.

    Raises:
        DataError: there are none.
    """
    grown = {}
    for number, name in enumerate(load_json(folder / "layers.json")["layers"]):
        spread, raw = (
            load_array(path) if (path := folder / f"{kind}_{number}.npy").exists() else None
            for kind in ("spread", "raw_spread")
        )
        grown[name] = Grown(Tree(load_array(folder / f"tree_{number}.npy")), spread, raw)
    return grown
