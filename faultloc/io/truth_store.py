"""The ground truth on disk, apart from the data set, so that only the stages that may read it depend on it."""

from pathlib import Path

import numpy as np
import pandas as pd

from faultloc.faults.planted import PlantedFault
from faultloc.io.artifacts import load_json, save_json
from faultloc.io.tables import load_table, save_table


def save_truth(folder: Path, truth: PlantedFault | None) -> None:
    """Writes ``truth`` into ``folder``; None says that nothing is known."""
    save_json(folder / "truth.json", {"known": truth is not None, "kind": truth.kind if truth else "none"})
    (folder / "truth.csv").unlink(missing_ok=True)
    if truth is not None:
        save_table(
            folder / "truth.csv",
            pd.DataFrame(
                {
                    "sample_id": truth.sample_ids,
                    "is_fault": truth.is_fault.astype(int),
                    "fault_kind": truth.fault_kinds,
                    "true_label_index": truth.true_labels,
                }
            ),
        )


def load_truth(folder: Path) -> PlantedFault | None:
    """The planted fault, or None where nothing is known about the samples."""
    description = load_json(folder / "truth.json")
    if not description["known"]:
        return None
    table = load_table(folder / "truth.csv")
    return PlantedFault(
        kind=description["kind"],
        sample_ids=table["sample_id"].to_numpy(dtype=np.str_),
        fault_kinds=table["fault_kind"].to_numpy(dtype=np.str_),
        true_labels=table["true_label_index"].to_numpy(dtype=np.int64),
    )
