from dataclasses import replace

import numpy as np
import pytest

from faultloc.errors import DataError
from faultloc.io.stores.truth_store import causes_of, load_causes, save_causes
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

IDS = np.array(["00012", "a, b", "NA"])


def splits():
    part = LabeledDataset(np.zeros((3, 1, 2, 2), np.uint8), np.array([0, 1, 0]), IDS, ["x", "y"])
    causes = {"test": np.array(["blur+noise", "", "blur"]), "improvement": np.array(["", "", "noise"])}
    return DatasetSplits(part, part, improvement=part, causes=causes)


def test_causes_come_back_by_split_and_sample(tmp_path):
    save_causes(tmp_path, splits())
    known = load_causes(tmp_path)
    assert list(known) == ["test", "improvement"]
    assert causes_of(known, "test", IDS[::-1]).tolist() == ["blur", "", "blur+noise"]
    assert causes_of(known, "improvement", IDS).tolist() == ["", "", "noise"]


def test_the_table_names_split_sample_and_causes(tmp_path):
    save_causes(tmp_path, splits())
    lines = (tmp_path / "causes.csv").read_text().splitlines()
    assert lines[:3] == ["split,sample_id,causes", "test,00012,blur+noise", 'test,"a, b",']


def test_where_no_causes_are_known_there_is_no_table_not_even_the_one_before(tmp_path):
    save_causes(tmp_path, splits())
    save_causes(tmp_path, replace(splits(), causes={}))
    assert not (tmp_path / "causes.csv").exists()
    assert load_causes(tmp_path) == {}


def test_a_sample_of_which_nothing_is_known_is_one_sentence(tmp_path):
    save_causes(tmp_path, splits())
    with pytest.raises(DataError, match=r"causes.csv says nothing of the sample other of test"):
        causes_of(load_causes(tmp_path), "test", np.array(["00012", "other"]))
