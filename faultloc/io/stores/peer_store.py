"""What the peers say, one array each, and why some say nothing."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import existing, load_array, save_array, save_json


def save_peers(folder: Path, suspiciousness: Mapping[str, np.ndarray], left_out: Mapping[str, str]) -> None:
    """Writes `<name>.npy` for each peer and `left_out.json` with the reasons; what others left there is removed."""
    for name, values in suspiciousness.items():
        save_array(folder / f"{name}.npy", values)
    save_json(folder / "left_out.json", left_out)
    for path in folder.glob("*.npy"):
        if path.stem not in suspiciousness:
            path.unlink()


def load_peers(folder: Path) -> dict[str, np.ndarray]:
    """The suspiciousness of every sample by the name of the peer.

    Raises:
        DataError: the folder is missing.
    """
    return {path.stem: load_array(path) for path in sorted(existing(folder).glob("*.npy"))}
