"""The evidence of each layer, `layer_<k>.npy`.

`layers.json` has their names in order, which need not be such that a file can have them.
"""

from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import load_array, load_json, save_array, save_json
from faultloc.methods.hudd.evidence.layer_evidence import Evidence


def save_evidence_layers(folder: Path, evidence: Evidence) -> None:
    """Writes an array a layer."""
    for number, values in enumerate(evidence.by_layer.values()):
        save_array(folder / f"layer_{number}.npy", np.asarray(values))
    index = {"layers": list(evidence.by_layer), "last_convolution": evidence.last_convolution}
    save_json(folder / "layers.json", index)


def load_evidence_layers(folder: Path) -> Evidence:
    """The evidence in ``folder``, memory-mapped.

    Raises:
        DataError: there is none.
    """
    index = load_json(folder / "layers.json")
    arrays = {
        name: load_array(folder / f"layer_{number}.npy", mmap=True) for number, name in enumerate(index["layers"])
    }
    return Evidence(arrays, index["last_convolution"])
