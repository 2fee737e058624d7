import numpy as np
import pandas as pd
import pytest

from faultloc import localization
from faultloc.errors import DataError
from faultloc.localization import Localization, most_suspicious_first

LAYERS = Localization("layer", np.array(["a", "b", "c"]), np.array([0.5, 1.0, 0.5]), {"rule": np.array(["x", "y", ""])})


def test_ties_are_broken_at_random_not_by_the_order_of_the_data_set():
    order = most_suspicious_first(np.array([0.5] * 50 + [0.9]), np.random.default_rng(0))
    assert order[0] == 50
    assert sorted(order[1:]) == list(range(50)) and order[1:].tolist() != list(range(50))


def test_without_a_generator_ties_stay_in_the_order_of_the_elements():
    assert LAYERS.order().tolist() == [1, 0, 2]


def test_a_sort_key_sorts_what_the_suspiciousness_leaves_equal():
    saturated = Localization("sample", np.array(["a", "b"]), np.array([1.0, 1.0]), sort_key=np.array([20.0, 40.0]))
    assert saturated.order().tolist() == [1, 0]


def test_the_table_has_rank_id_what_an_element_is_suspiciousness_and_evidence():
    found = Localization(
        "sample", np.array(["a", "b"]), np.array([0.1, 0.2]), {"label": np.array([7, 8])}, {"why": np.array(["", "!"])}
    )
    table = found.ranked(found.order())
    assert table.columns.tolist() == ["rank", "sample_id", "label", "suspiciousness", "why"]
    assert table.to_numpy().tolist() == [[1, "b", 8, 0.2, "!"], [2, "a", 7, 0.1, ""]]


def test_a_suspiciousness_that_is_no_number_is_refused():
    with pytest.raises(DataError, match="1 of 2 elements is not a number"):
        most_suspicious_first(np.array([0.1, np.nan]), np.random.default_rng(0))
    with pytest.raises(DataError, match="1 of 2 elements is not a number"):
        Localization("layer", np.array(["a", "b"]), np.array([0.1, np.nan])).order()


@pytest.mark.parametrize("beyond", [-0.1, 1.5])
def test_a_suspiciousness_outside_of_its_range_is_refused(beyond):
    with pytest.raises(DataError, match="the suspiciousness of layer b is"):
        Localization("layer", np.array(["a", "b"]), np.array([0.1, beyond]))


def test_a_column_of_another_length_is_refused():
    with pytest.raises(DataError, match="2 elements of kind layer and 1 values of rule"):
        Localization("layer", np.array(["a", "b"]), np.array([0.1, 0.2]), {"rule": np.array(["x"])})


def test_a_table_of_many_rows_is_the_same_as_one_made_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    ids, values = np.array([f"s{number}" for number in range(50)]), rng.random(50)
    found = Localization("sample", ids, values, {"given_label": ids[::-1]}, {"kind": ids.astype(object)})
    order = rng.permutation(50)
    at_once = found.ranked(order)
    monkeypatch.setattr(localization, "_ROWS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(found.ranked(order), at_once)
    assert at_once["sample_id"].tolist() == ids[order].tolist()
