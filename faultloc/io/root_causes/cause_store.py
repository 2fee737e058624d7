"""The root causes: which error lies in which cluster, and which ones stand in the middle."""

from pathlib import Path

import numpy as np
import pandas as pd

from faultloc.io.stores.artifacts import load_json, save_json
from faultloc.io.stores.tables import load_table, save_table
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.subject.dataset import LabeledDataset


def save_root_causes(folder: Path, causes: RootCauses, errors: Errors, samples: LabeledDataset) -> None:
    """Writes `errors.csv`, a row an error: its cluster from 1 (0 for an outlier) and its distance from the medoid.

    ``samples`` is the whole split that the errors are of.
    """
    is_medoid = np.zeros(len(errors), dtype=bool)
    is_medoid[causes.medoids] = True
    table = pd.DataFrame(
        {
            "sample_id": samples.sample_ids[errors.places],
            "place": errors.places,
            "given_label": samples.names_of(errors.labels),
            "predicted_label": samples.names_of(errors.predicted),
            "cluster": causes.cluster + 1,
            "distance": causes.distances,
            "is_medoid": is_medoid.astype(np.int64),
        }
    )
    save_table(folder / "errors.csv", table)
    save_json(folder / "layer.json", {"layer": causes.layer})


def load_root_causes(folder: Path) -> RootCauses:
    """The root causes in ``folder``.

    Raises:
        DataError: there are none.
    """
    table = load_table(folder / "errors.csv")
    # The distance of an outlier is empty.
    cluster = table["cluster"].to_numpy(np.int64) - 1
    medoids = np.flatnonzero(table["is_medoid"].to_numpy())
    return RootCauses(
        load_json(folder / "layer.json")["layer"],
        cluster,
        medoids[np.argsort(cluster[medoids])],
        pd.to_numeric(table["distance"], errors="coerce").to_numpy(np.float64),
    )
