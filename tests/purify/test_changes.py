import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.purify.changes import Change, apply_changes, changes_table
from faultloc.subject.dataset import LabeledDataset


@pytest.fixture
def dataset() -> LabeledDataset:
    return LabeledDataset(
        np.zeros((5, 2), np.float32), np.array([0, 0, 1, 1, 2]), np.array(list("abcde")), ("cat", "dog", "owl")
    )


def remove(sample_id: str) -> Change:
    return Change(sample_id, "remove", "", "", "")


def relabel(sample_id: str, label: str) -> Change:
    return Change(sample_id, "relabel", "", label, "")


def test_removed_rows_are_gone_and_relabelled_ones_have_their_label(dataset):
    cleaned = apply_changes(dataset, [relabel("c", "owl"), remove("a")])
    assert cleaned.kept.tolist() == [1, 2, 3, 4]
    assert cleaned.labels[cleaned.kept].tolist() == [0, 2, 1, 2]
    assert dataset.labels.tolist() == [0, 0, 1, 1, 2]


def test_without_changes_all_stays(dataset):
    assert apply_changes(dataset, []).kept.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("changes", [[remove("e")], [relabel("e", "cat")], [remove("a"), relabel("b", "dog")]])
def test_a_class_that_would_be_emptied_is_named(dataset, changes):
    with pytest.raises(DataError, match="nothing would be left of the class '(owl|cat)'"):
        apply_changes(dataset, changes)


def test_a_class_that_was_empty_before_may_stay_so(dataset):
    wider = LabeledDataset(dataset.inputs, dataset.labels, dataset.sample_ids, ("cat", "dog", "owl", "yak"))
    assert len(apply_changes(wider, [remove("a")]).kept) == 4


@pytest.mark.parametrize("change", [remove("z"), relabel("a", "yak")])
def test_a_sample_or_a_label_of_another_data_set_is_an_error(dataset, change):
    with pytest.raises(DataError, match="no row for 1 of 1 samples|'yak', which is no class"):
        apply_changes(dataset, [change])


def test_the_table_has_a_row_a_change_and_its_columns_without_any():
    table = changes_table([Change("a", "relabel", "cat", "dog", "looks like one")])
    assert table.to_dict("records") == [
        {"sample_id": "a", "action": "relabel", "given_label": "cat", "new_label": "dog", "why": "looks like one"}
    ]
    assert list(changes_table([]).columns) == list(table.columns)
