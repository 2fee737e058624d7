import numpy as np
import pandas as pd
import pytest

from faultloc.errors import DataError
from faultloc.io.stores.localization_store import load_localization, save_localization
from faultloc.localization import Localization


@pytest.mark.parametrize("kind", ["sample", "layer", "cluster", "neuron"])
def test_a_localization_of_any_kind_comes_back_in_the_order_of_its_ranks(tmp_path, kind):
    found = Localization(
        kind,
        np.array(["01", "b, c", "d"]),
        np.array([0.25, 1.0, 0.5]),
        {"given_label": np.array(["7", "NA", ""])},
        {"step": np.array([3, 1, 2])},
    )
    save_localization(tmp_path / "found.csv", found, found.order())
    loaded = load_localization(tmp_path / "found.csv")
    assert loaded.kind == kind
    assert loaded.element_ids.tolist() == ["b, c", "d", "01"]
    assert loaded.suspiciousness.tolist() == [1.0, 0.5, 0.25]
    assert loaded.about["given_label"].tolist() == ["NA", "", "7"]
    assert loaded.evidence["step"].tolist() == [1, 2, 3]


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    table = pd.DataFrame({"rank": [3, 1, 2], "layer_id": ["a", "b", "c"], "suspiciousness": [0.1, 0.9, 0.5]})
    table.to_csv(tmp_path / "found.csv", index=False)
    assert load_localization(tmp_path / "found.csv").element_ids.tolist() == ["b", "c", "a"]


def test_another_table_is_refused(tmp_path):
    pd.DataFrame({"epoch": [1], "loss": [0.5]}).to_csv(tmp_path / "curve.csv", index=False)
    with pytest.raises(DataError, match="has the columns epoch, loss; expected rank"):
        load_localization(tmp_path / "curve.csv")
