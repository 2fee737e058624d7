"""The ground truth on disk, apart from the data set, so that only the stages that may read it depend on it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Shaped

from faultloc.errors import DataError
from faultloc.faults.planted import PlantedFault
from faultloc.io.stores.artifacts import load_json, save_json
from faultloc.io.stores.tables import load_table, save_table
from faultloc.subject.splits import DatasetSplits, Split

_CAUSES_FILE = "causes.csv"


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


def save_causes(folder: Path, splits: DatasetSplits) -> None:
    """Writes `causes.csv` with a row a sample of each split whose causes are known; none where none are.

    Its columns are `split`, `sample_id` and `causes`: their names with a plus between, or nothing.
    """
    path = folder / _CAUSES_FILE
    if not splits.causes:
        path.unlink(missing_ok=True)
        return
    parts = splits.named()
    tables = [
        pd.DataFrame({"split": split, "sample_id": parts[split].sample_ids, "causes": causes})
        for split, causes in splits.causes.items()
    ]
    save_table(path, pd.concat(tables, ignore_index=True))


def load_causes(folder: Path) -> Mapping[Split, Mapping[str, str]]:
    """The causes of each sample, by split and sample id, as `faultloc.faults.inputs.names` splits them; empty where
    nothing is known. This is truth: what judges a method may read it, and no method."""
    path = folder / _CAUSES_FILE
    if not path.exists():
        return {}
    table = load_table(path)
    return {
        split: dict(zip(part["sample_id"], part["causes"], strict=True))  # type: ignore[misc]
        for split, part in table.groupby("split", sort=False)
    }


def causes_of(
    known: Mapping[Split, Mapping[str, str]], split: Split, sample_ids: Shaped[np.ndarray, "sample"]
) -> Shaped[np.ndarray, "sample"]:
    """The causes of the samples ``sample_ids`` of ``split``, in their order.

    Raises:
        DataError: of one of them nothing is known.
    """
    by_id = known.get(split, {})
    for sample_id in sample_ids.tolist():
        if sample_id not in by_id:
            raise DataError(f"{_CAUSES_FILE} says nothing of the sample {sample_id} of {split}: run `dvc repro`")
    return np.array([by_id[sample_id] for sample_id in sample_ids.tolist()], dtype=np.str_)
