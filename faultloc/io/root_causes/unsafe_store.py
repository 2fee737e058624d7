"""The unsafe improvement images, a row an image."""

from pathlib import Path

import numpy as np
import pandas as pd

from faultloc.io.stores.tables import load_table, save_table
from faultloc.methods.hudd.assignment import UnsafeSet
from faultloc.subject.dataset import LabeledDataset


def save_unsafe_set(folder: Path, unsafe: UnsafeSet, improvement: LabeledDataset) -> None:
    """Writes `unsafe.csv`: id, place in the improvement set, cluster from 1, distance from it, how many were nearer."""
    table = pd.DataFrame(
        {
            "sample_id": improvement.sample_ids[unsafe.images],
            "place": unsafe.images,
            "cluster": unsafe.clusters + 1,
            "distance": unsafe.distances,
            "choice": unsafe.choices,
        }
    )
    save_table(folder / "unsafe.csv", table)


def load_unsafe_set(folder: Path) -> UnsafeSet:
    """The unsafe images in ``folder``.

    Raises:
        DataError: there are none.
    """
    table = load_table(folder / "unsafe.csv")
    return UnsafeSet(
        table["place"].to_numpy(np.int64),
        table["cluster"].to_numpy(np.int64) - 1,
        table["distance"].to_numpy(np.float64),
        table["choice"].to_numpy(np.int64),
    )
