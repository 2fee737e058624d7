"""What each unit says of each sample of a split: `layer_<k>.npy`, `answers.npy`, `labels.npy`, and `layers.json`."""

from pathlib import Path

import numpy as np

from faultloc.io.coverage.layer_widths import load_widths, save_widths
from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.idc.unit_outputs import UnitOutputs

LAYERS = "layers.json"


def save_unit_outputs(folder: Path, outputs: UnitOutputs) -> None:
    """Writes them into ``folder``."""
    for number, values in enumerate(outputs.values):
        save_array(folder / f"layer_{number}.npy", np.ascontiguousarray(values))
    if outputs.answers is not None:
        save_array(folder / "answers.npy", outputs.answers)
    if outputs.labels is not None:
        save_array(folder / "labels.npy", outputs.labels)
    save_widths(folder / LAYERS, dict(zip(outputs.layers, outputs.widths, strict=True)))


def load_unit_outputs(folder: Path) -> UnitOutputs:
    """Those that lie in ``folder``.

    Raises:
        DataError: there are none.
    """
    layers = tuple(load_widths(folder / LAYERS))
    values = tuple(load_array(folder / f"layer_{number}.npy") for number in range(len(layers)))
    answers, labels = (
        load_array(path) if (path := folder / f"{name}.npy").exists() else None for name in ("answers", "labels")
    )
    return UnitOutputs(layers, values, answers, labels)
