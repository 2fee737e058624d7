"""The table of the combinations that are nearly reached."""

import numpy as np
import pandas as pd

from faultloc.io.coverage.uncovered_table import save_uncovered
from faultloc.methods.idc.uncovered import Change, NearUncovered


def test_clusters_are_counted_from_one_as_on_the_page(tmp_path):
    change = Change(("conv", 3), 0.25, 0.5, 0, 1, 0.1)
    near = NearUncovered((1, 0, 2), 1, 0.1, (change,))
    save_uncovered(tmp_path / "uncovered.csv", [near], np.array(["test/0.png", "test/1.png"]), str)
    row = pd.read_csv(tmp_path / "uncovered.csv").iloc[0]
    assert (row["combination"], row["sample_id"], row["changes"]) == ("2 1 3", "test/1.png", "conv.3: 0.25 -> 0.5")
