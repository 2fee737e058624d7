import numpy as np

from faultloc.faults.planted import PlantedFault
from faultloc.io.dataset_store import DatasetSplits, load_test, load_texts, load_train, load_vocabulary, save_dataset
from faultloc.io.truth_store import load_truth, save_truth
from faultloc.subject.dataset import LabeledDataset

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
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


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
