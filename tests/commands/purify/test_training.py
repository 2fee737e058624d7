"""The model that is trained on with the cleaned data."""

import json
import os
import shutil
from types import SimpleNamespace

import pytest
import torch

from faultloc.io.stores.subject_store import load_weights
from faultloc.subject.architectures import LeNet1
from tests.commands.purify.answers import refused


@pytest.fixture
def stored_model(folder_data, tmp_path):
    """The file of a model that `run.json` names, with its optimizer."""
    network = LeNet1(num_classes=3, input_shape=[1, 16, 16])
    optimizer = torch.optim.Adam(network.parameters(), lr=0.1, weight_decay=0.1)
    torch.save({"model": network, "optimizer": optimizer}, tmp_path / "pets.pth")
    record = {"model": str(tmp_path / "pets.pth"), "arch": None, "weights": None, "mean": [0.5], "std": [0.25]}
    path = folder_data.results / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model": record}))
    return SimpleNamespace(network=network, file=tmp_path / "pets.pth", run=path)


def test_the_model_is_trained_on_and_judged(purify, folder_data, stored_model, tmp_path):
    before = {name: weight.clone() for name, weight in stored_model.network.state_dict().items()}
    code, said, _ = purify(
        folder_data.results, "--relabel", "--drop-guessed", "--retrain", 3, "--output", tmp_path / "clean"
    )
    assert code == 0
    assert "trained on for 3 epochs; accuracy on 6 test samples" in said
    record = json.loads((tmp_path / "clean/retraining.json").read_text())
    assert (record["optimizer"], record["learning_rate"], record["epochs"], record["steps"]) == ("Adam", 0.001, 3, 3)
    for name in ("before", "cleaned", "uncleaned"):
        assert 0 <= record[f"test_accuracy_{name}"] <= 1
    retrained = LeNet1(num_classes=3, input_shape=[1, 16, 16])
    load_weights(tmp_path / "clean/model.safetensors", retrained)
    changed = [not torch.equal(before[name], weight) for name, weight in retrained.state_dict().items()]
    assert all(changed)


def test_results_cannot_say_which_code_is_imported(purify, folder_data, stored_model, tmp_path):
    marker, code = tmp_path / "marker", tmp_path / "theirs.py"
    code.write_text(f"open({str(marker)!r}, 'w')\nNet = None\n")
    run = json.loads(stored_model.run.read_text())
    run["model"]["arch"] = f"{code}:Net"
    stored_model.run.write_text(json.dumps(run))
    answer = purify(folder_data.results, "--remove", 1, "--retrain", 1, "--output", tmp_path / "clean")
    refused(answer, "--arch")
    assert not marker.exists()


def test_without_a_test_set_it_says_that_no_accuracy_can_be_given(purify, folder_data, stored_model, tmp_path):
    shutil.rmtree(folder_data.results / "dataset/test")
    code, said, _ = purify(folder_data.results, "--remove", 1, "--retrain", 1, "--output", tmp_path / "clean")
    assert code == 0
    assert "there is no test set, so its accuracy cannot be given" in said
    assert (tmp_path / "clean/model.safetensors").exists()
    assert "test_accuracy_before" not in json.loads((tmp_path / "clean/retraining.json").read_text())


class RunsCode:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_a_file_that_runs_code_is_refused_whatever_the_results_say(purify, folder_data, stored_model, tmp_path):
    torch.save({"model": RunsCode(str(tmp_path / "marker"))}, stored_model.file)
    run = json.loads(stored_model.run.read_text())
    run["model"]["trust"] = True
    stored_model.run.write_text(json.dumps(run))
    answer = purify(folder_data.results, "--remove", 1, "--retrain", 1, "--output", tmp_path / "clean")
    refused(answer, "--trust-checkpoint")
    assert not (tmp_path / "marker").exists()
    assert not list(tmp_path.glob("*clean*"))


def test_a_model_that_has_changed_since(purify, folder_data, stored_model):
    run = json.loads(stored_model.run.read_text())
    run["model"]["digest"] = "of another file"
    stored_model.run.write_text(json.dumps(run))
    refused(purify(folder_data.results, "--remove", 1, "--retrain", 1), "has changed since it was examined")
    assert not list(folder_data.results.glob("*clean*"))


def test_a_training_that_diverges_leaves_nothing(purify, folder_data, stored_model):
    answer = purify(folder_data.results, "--remove", 1, "--retrain", 30, "--learning-rate", "1e38")
    refused(answer, "lower the learning rate")
    assert not list(folder_data.results.glob("*clean*"))


@pytest.mark.parametrize("rate", ["0", "-1", "nan"])
def test_a_learning_rate_that_makes_no_sense(purify, folder_data, stored_model, rate):
    answer = purify(folder_data.results, "--remove", 1, "--retrain", 1, "--learning-rate", rate)
    refused(answer, "learning_rate is")


def test_results_that_name_no_model(purify, folder_data):
    folder_data.results.joinpath("run.json").write_text(
        json.dumps({"dataset": {"form": "folder", "root": str(folder_data.root), "image_set": "train"}})
    )
    refused(purify(folder_data.results, "--remove", 1, "--retrain", 1), "does not say which model was examined")
