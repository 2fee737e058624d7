"""Where in each error's input the network looked, `inputs.npy`, or why that cannot be shown."""

from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import load_array, load_json, save_array, save_json
from faultloc.methods.hudd.evidence.input_relevance import InputHeatmaps


def save_input_heatmaps(folder: Path, heatmaps: InputHeatmaps) -> None:
    """Writes the array, where there is one, and the reason."""
    if heatmaps.values is not None:
        save_array(folder / "inputs.npy", np.asarray(heatmaps.values))
    save_json(folder / "inputs.json", {"why_none": heatmaps.why_none})


def load_input_heatmaps(folder: Path) -> InputHeatmaps:
    """The heatmaps in ``folder``, memory-mapped.

    Raises:
        DataError: there are none, and no reason either.
    """
    why_none = load_json(folder / "inputs.json")["why_none"]
    return InputHeatmaps(None if why_none else load_array(folder / "inputs.npy", mmap=True), why_none)
