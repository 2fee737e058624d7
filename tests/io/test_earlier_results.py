"""A folder of results as earlier versions left it, written here by hand, is still read."""

import json
from pathlib import Path

import numpy as np
import pytest

from faultloc.io.examined import examined_data, examined_model
from faultloc.io.ranked_data import load_ranked_data
from faultloc.io.results_store import load_results

IDS = ["train/cat/0.png", "train/cat/1.png", "train/dog/0.png", "train/dog/1.png"]
PIXELS = np.arange(4 * 1 * 2 * 3, dtype=np.uint8).reshape(4, 1, 2, 3)
RANKING = """\
rank,sample_id,given_label,predicted_label,suspiciousness,kind,suggested_label
1,train/dog/1.png,dog,cat,0.9,wrong label,cat
2,train/cat/0.png,cat,cat,0.2,,dog
3,train/cat/1.png,cat,cat,0.1,,dog
4,train/dog/0.png,dog,dog,0.05,,cat
"""
RUN = {
    "dataset": {
        "digest": "53b2-9a01",
        "form": "folder",
        "image_set": "train",
        "input_column": None,
        "label_column": None,
        "root": "/data/pets",
        "test_set": "test",
    },
    "model": {
        "arch": "nets:PetNet",
        "digest": "77fe",
        "mean": [0.5],
        "model": "/data/pets.pth",
        "std": None,
        "weights": None,
    },
    "mutants": {"hook_layer": None},
    "scorer": {},
    "seed": 3,
}
DESCRIPTION = {
    "class_names": ["cat", "dog"],
    "input_kind": "image",
    "input_shape": [1, 2, 3],
    "samples": 4,
    "test_samples": 2,
}
SEEN = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]], np.float32)
EVIDENCE = {
    "seen": SEEN,
    "unseen": SEEN,
    "energy": np.zeros(4, np.float32),
    "model_energy": np.zeros(4, np.float32),
    "neighbours": SEEN,
    "alignment": np.zeros((3, 4), np.float32),
    "nearest": np.array([[1], [0], [3], [2]]),
    "nearest_distance": np.ones(4, np.float32),
}


@pytest.fixture
def earlier(tmp_path) -> Path:
    """All files of the data set in one folder, those of the test set with a prefix."""
    (tmp_path / "dataset").mkdir()
    (tmp_path / "evidence").mkdir()
    arrays = {
        "dataset/inputs": PIXELS,
        "dataset/labels": np.array([0, 0, 1, 1]),
        "dataset/sample_ids": np.array(IDS),
        "dataset/test_inputs": PIXELS[:2],
        "dataset/test_labels": np.array([0, 1]),
        "dataset/test_sample_ids": np.array(["test/cat/0.png", "test/dog/0.png"]),
    }
    for name, array in (arrays | {f"evidence/{name}": array for name, array in EVIDENCE.items()}).items():
        np.save(tmp_path / f"{name}.npy", array)
    contents = {
        "dataset/dataset.json": DESCRIPTION,
        "dataset/digest.json": {"digest": "53b2-9a01"},
        "dataset/skipped.json": {"skipped": []},
        "run.json": RUN,
        "summary.json": {"samples": 4, "expected_faults": 1},
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "ranking.csv").write_text(RANKING)
    return tmp_path


def test_a_review_finds_samples_ranking_and_evidence(earlier):
    results = load_results(earlier)
    np.testing.assert_array_equal(results.dataset.inputs, PIXELS)
    assert results.dataset.labels.tolist() == [0, 0, 1, 1]
    assert results.dataset.sample_ids.tolist() == IDS
    assert list(results.dataset.class_names) == ["cat", "dog"]
    assert results.ranking["sample_id"].tolist() == [line.split(",")[1] for line in RANKING.splitlines()[1:]]
    np.testing.assert_array_equal(results.evidence.seen, SEEN)
    assert results.summary["expected_faults"] == 1


def test_a_cleaning_finds_samples_and_ranking(earlier):
    ranked = load_ranked_data(earlier)
    assert ranked.dataset.sample_ids.tolist() == IDS
    assert ranked.ranking.loc[0, "suggested_label"] == "cat"


def test_the_record_says_which_data_and_which_model(earlier):
    run = load_ranked_data(earlier).run
    data, model = examined_data(run, earlier), examined_model(run, earlier)
    assert (data.form, data.root, data.image_set, data.improvement_set) == ("folder", Path("/data/pets"), "train", None)
    assert (model.model, model.arch, model.mean, model.std) == ("/data/pets.pth", "nets:PetNet", (0.5,), None)
    assert (data.digest, model.digest) == ("53b2-9a01", "77fe")


def test_the_record_of_a_version_that_kept_less_is_read_too():
    run = {"dataset": {"form": "csv", "root": "pets.csv"}, "model": {"model": "pets.pth"}}
    assert examined_data(run, Path()).test_set == "test"
    assert examined_model(run, Path()).digest == ""
