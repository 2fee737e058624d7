import json
import shutil
from dataclasses import replace

import numpy as np

from faultloc.faults.planted import PlantedFault
from faultloc.io.stores.dataset_store import (
    find_split,
    load_split,
    load_splits,
    load_test,
    load_texts,
    load_train,
    load_vocabulary,
    save_dataset,
)
from faultloc.io.stores.truth_store import load_truth, save_truth
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

IDS = np.array(["train/a, b/ü.png", "train/00001", '"quoted"'])


def splits():
    train = LabeledDataset(np.arange(6, dtype=np.int32).reshape(3, 2), np.array([0, 1, 0]), IDS, ("NA", "dög"))
    return DatasetSplits(train, train.select(np.array([1])), ("[PAD]", "[UNK]"), ("a", "b", "ç"))


def test_a_data_set_comes_back_as_it_was_saved(tmp_path):
    save_dataset(tmp_path, splits())
    train, test = load_train(tmp_path), load_test(tmp_path)
    np.testing.assert_array_equal(train.inputs, splits().train.inputs)
    assert train.labels.tolist() == [0, 1, 0]
    assert train.sample_ids.tolist() == IDS.tolist()
    assert tuple(train.class_names) == ("NA", "dög")
    assert test.sample_ids.tolist() == ["train/00001"]
    assert load_vocabulary(tmp_path) == ("[PAD]", "[UNK]")
    assert load_texts(tmp_path) == ("a", "b", "ç")


def test_a_data_set_without_test_set_and_text_leaves_none_of_the_one_before(tmp_path):
    save_dataset(tmp_path, splits())
    save_dataset(tmp_path, DatasetSplits(splits().train))
    assert load_test(tmp_path) is None
    assert load_texts(tmp_path) == ()


def test_the_same_data_set_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        save_dataset(tmp_path / name, splits())
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 10
    for path in files:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_the_splits_are_read_by_name_and_each_by_itself(tmp_path):
    train = splits().train
    save_dataset(tmp_path, replace(splits(), improvement=train.select(np.array([2, 0]))))
    assert list(load_splits(tmp_path)) == ["train", "test", "improvement"]
    shutil.rmtree(tmp_path / "train")
    assert load_split(tmp_path / "improvement").sample_ids.tolist() == [IDS[2], IDS[0]]
    assert find_split(tmp_path, "train") is None


def save_in_the_earlier_layout(folder, train, test):
    for prefix, part in (("", train), ("test_", test)):
        np.save(folder / f"{prefix}inputs.npy", part.inputs)
        np.save(folder / f"{prefix}labels.npy", part.labels)
        np.save(folder / f"{prefix}sample_ids.npy", part.sample_ids)
    (folder / "dataset.json").write_text(json.dumps({"class_names": list(train.class_names)}))


def test_a_data_set_of_an_earlier_version_is_read(tmp_path):
    given = splits()
    save_in_the_earlier_layout(tmp_path, given.train, given.test)
    train, test = load_train(tmp_path), load_test(tmp_path)
    np.testing.assert_array_equal(train.inputs, given.train.inputs)
    assert (train.sample_ids.tolist(), test.sample_ids.tolist()) == (IDS.tolist(), ["train/00001"])
    assert tuple(train.class_names) == ("NA", "dög")


def test_a_new_data_set_takes_the_place_of_one_of_an_earlier_version_even_when_made_from_it(tmp_path):
    save_in_the_earlier_layout(tmp_path, splits().train, splits().test)
    save_dataset(tmp_path, DatasetSplits(load_train(tmp_path)))
    np.testing.assert_array_equal(load_train(tmp_path).inputs, splits().train.inputs)
    assert load_test(tmp_path) is None
    assert not list(tmp_path.glob("*.npy"))


def test_a_truth_comes_back_as_it_was_saved(tmp_path):
    truth = PlantedFault("mixed", IDS, np.array(["", "random_label", "given"]), np.array([0, 0, 1]))
    save_truth(tmp_path, truth)
    loaded = load_truth(tmp_path)
    assert loaded.kind == "mixed"
    assert loaded.sample_ids.tolist() == IDS.tolist()
    assert loaded.fault_kinds.tolist() == ["", "random_label", "given"]
    assert loaded.true_labels.tolist() == [0, 0, 1]
    assert loaded.element_ids.tolist() == IDS[1:].tolist()


def test_an_unknown_truth_comes_back_as_none_and_leaves_no_table(tmp_path):
    save_truth(tmp_path, PlantedFault("mixed", IDS, np.array(["", "", "given"]), np.array([0, 0, 1])))
    save_truth(tmp_path, None)
    assert load_truth(tmp_path) is None
    assert not (tmp_path / "truth.csv").exists()
