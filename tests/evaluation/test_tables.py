from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from faultloc.errors import DataError
from faultloc.evaluation.ranking import rank_as_listed
from faultloc.evaluation.tables import (
    discovery_table,
    empty_discovery_table,
    listed_ranking,
    scored_ranking,
    suspiciousness_columns,
)
from faultloc.localization import Localization

IDS = np.array(["a", "b", "c"])
LISTED = Localization("sample", np.array(["c", "a", "b"]), np.array([0.9, 0.2, 0.5]))


def test_a_list_is_read_by_the_ids_of_its_elements() -> None:
    assert IDS[listed_ranking(LISTED, IDS).order].tolist() == ["c", "a", "b"]


@pytest.mark.parametrize("kind", ["sample", "layer", "cluster", "neuron"])
def test_elements_of_any_kind_are_judged_alike(kind) -> None:
    assert IDS[scored_ranking(replace(LISTED, kind=kind), IDS).order].tolist() == ["c", "a", "b"]


def test_a_scored_list_keeps_the_suspiciousness_of_each_sample() -> None:
    assert scored_ranking(LISTED, IDS).suspiciousness.tolist() == [0.2, 0.5, 0.9]


def test_a_list_with_feedback_is_judged_by_its_ranks_alone() -> None:
    assert listed_ranking(LISTED, IDS).suspiciousness.tolist() == [1, 0, 2]


def test_ablations_are_read_by_sample_id() -> None:
    table = pd.DataFrame({"sample_id": ["b", "c", "a"], "input": [2.0, 3.0, 1.0], "input+hidden": [5.0, 6.0, 4.0]})
    columns = suspiciousness_columns(table, IDS)
    assert {name: values.tolist() for name, values in columns.items()} == {
        "input": [1, 2, 3],
        "input+hidden": [4, 5, 6],
    }


def test_a_table_of_another_data_set_is_refused() -> None:
    with pytest.raises(DataError, match="has 3 rows, the data set 2 samples"):
        listed_ranking(LISTED, IDS[:2])


def test_the_discovery_table_has_a_row_per_percent_and_a_column_per_ranking() -> None:
    is_fault = np.array([True, False, False, False])
    listed = rank_as_listed(np.array([1, 0, 2, 3]))
    table = discovery_table({"aum": listed, "loss": listed, "dfaulo_input": None}, is_fault)
    assert table.columns.tolist() == ["inspected", "ideal", "loss", "aum"]
    assert table["inspected"].tolist() == list(range(101))
    assert table["ideal"].iloc[25] == 1
    assert (table["loss"].iloc[25], table["loss"].iloc[50]) == (0, 1)


def test_the_empty_discovery_table_has_columns_only() -> None:
    assert len(empty_discovery_table()) == 0
    assert empty_discovery_table().columns[:4].tolist() == ["inspected", "ideal", "dfaulo_offline", "dfaulo_online"]
