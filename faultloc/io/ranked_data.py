"""What a cleaning needs of a folder of results, whichever scorer it is from: the samples, their ranking, the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import load_json
from faultloc.io.stores.dataset_store import load_train
from faultloc.io.stores.tables import load_table
from faultloc.subject.dataset import LabeledDataset

# The folders among the results: nobody else's, since an examination writes them anew.
PARTS = ("dataset", "evidence", "mutants", "located")


@dataclass(frozen=True)
class RankedData:
    """What lies in the folder of results ``folder``; ``run`` is its `run.json`, ``ranking`` its `ranking.csv`."""

    folder: Path
    dataset: LabeledDataset
    ranking: pd.DataFrame
    run: Mapping[str, object]


def load_ranked_data(folder: Path) -> RankedData:
    """The ranked samples in ``folder``.

    Raises:
        DataError: it is not a folder of finished results.
    """
    missing = [name for name in ("run.json", "ranking.csv", "dataset") if not (folder / name).exists()]
    if missing:
        raise DataError(
            f"{folder} has no {missing[0]}; expected the folder that `faultloc dfaulo --output` has written to its end"
        )
    return RankedData(
        folder, load_train(folder / "dataset"), load_table(folder / "ranking.csv"), load_json(folder / "run.json")
    )
