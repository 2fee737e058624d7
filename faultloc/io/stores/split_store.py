"""Arrays about the samples of each split, a folder a split: predictions, features, activations.

A stage that needs one split's depends on its folder alone, `data/preloss/test` say, and computes none of the others'.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import save_array
from faultloc.subject.splits import SPLITS, Split


def save_by_split(folder: Path, arrays: Mapping[Split, Mapping[str, np.ndarray]]) -> None:
    """Writes each split's ``arrays`` as `<name>.npy` into its folder below ``folder``; those of other splits vanish."""
    for split in SPLITS:
        if split not in arrays and (folder / split).exists():
            shutil.rmtree(folder / split)
    for split, named in arrays.items():
        for name, values in named.items():
            save_array(folder / split / f"{name}.npy", values)
