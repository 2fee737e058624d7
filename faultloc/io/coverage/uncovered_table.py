"""`uncovered.csv`: the combinations that no test sample reaches and some sample is nearest to."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from faultloc.io.stores.tables import save_table
from faultloc.methods.idc.uncovered import NearUncovered


def save_uncovered(
    path: Path, nearest: Sequence[NearUncovered], sample_ids: np.ndarray, layer_name: Callable[[str], str]
) -> None:
    """Writes a row a combination, the nearest first: its clusters, the nearest sample, and the outputs to change.

    Clusters are counted from 1, the one of the lowest outputs, as on the page.

    A change is `layer.unit: value -> bound`; ``distance`` counts in spreads of the units.
    """
    changes = [
        "; ".join(
            f"{layer_name(change.unit[0])}.{change.unit[1]}: {change.value:.6g} -> {change.bound:.6g}"
            for change in near.changes
        )
        for near in nearest
    ]
    table = pd.DataFrame(
        {
            "distance": [near.distance for near in nearest],
            "combination": [" ".join(str(cluster + 1) for cluster in near.combination) for near in nearest],
            "sample_id": [str(sample_ids[near.sample]) for near in nearest],
            "changes": changes,
        }
    )
    save_table(path, table)
