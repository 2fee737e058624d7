"""What `run.json` says of data and model, written and read again."""

import json
from pathlib import Path

import pytest

from faultloc.errors import DataError
from faultloc.io.examined import examined_data, examined_model
from faultloc.own.options import DataOptions, ModelOptions
from faultloc.own.record import data_examined, model_examined, options_again

RESULTS = Path("results")


def through_json(record: dict[str, object]) -> dict[str, object]:
    return json.loads(json.dumps(record))


@pytest.fixture(params=["folder", "named sets", "improvement", "table"])
def data(request, tmp_path) -> DataOptions:
    (tmp_path / "signs.csv").write_text("path,label\n")
    return {
        "folder": DataOptions(tmp_path),
        "named sets": DataOptions(tmp_path, image_set=".", test_set="held out"),
        "improvement": DataOptions(tmp_path, improvement_set="improvement"),
        "table": DataOptions(tmp_path / "signs.csv", input_column="path", label_column="label"),
    }[request.param]


@pytest.fixture(params=["file", "named"])
def model(request, tmp_path) -> ModelOptions:
    for name in ("signs.pth", "weights.pth"):
        (tmp_path / name).write_bytes(b"")
    return {
        "file": ModelOptions(str(tmp_path / "signs.pth"), arch="nets:SignNet", mean=[0.5, 0.4, 0.4], std=[1]),
        "named": ModelOptions("torchvision:resnet18", weights=tmp_path / "weights.pth"),
    }[request.param]


def test_the_data_are_read_as_they_were_written(data):
    written = data_examined(data, "2f7c")
    assert examined_data({"dataset": through_json(written.record())}, RESULTS) == written


def test_the_model_is_read_as_it_was_written(model):
    written = model_examined(model, "91ab")
    assert examined_model({"model": through_json(written.record())}, RESULTS) == written


def test_the_options_of_the_model_come_back_but_for_what_a_file_must_not_say(model):
    read = examined_model({"model": through_json(model_examined(model, "91ab").record())}, RESULTS)
    again = options_again(read, arch=None, trust=False)
    assert (again.model, again.weights) == (model.model, model.weights)
    assert [again.mean and list(again.mean), again.std and list(again.std)] == [model.mean, model.std]
    assert (again.arch, again.trust_checkpoint) == (None, False)


def test_a_folder_and_a_model_are_recorded_in_these_words(tmp_path):
    (tmp_path / "signs.pth").write_bytes(b"")
    assert data_examined(DataOptions(tmp_path), "2f7c").record() == {
        "form": "folder",
        "root": str(tmp_path),
        "image_set": "train",
        "test_set": "test",
        "input_column": None,
        "label_column": None,
        "digest": "2f7c",
    }
    assert model_examined(ModelOptions(str(tmp_path / "signs.pth"), mean=(0.5,)), "91ab").record() == {
        "model": str(tmp_path / "signs.pth"),
        "arch": None,
        "weights": None,
        "mean": [0.5],
        "std": None,
        "digest": "91ab",
    }


def test_paths_are_recorded_so_that_they_hold_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "signs.pth").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert data_examined(DataOptions(Path("signs")), "").root == tmp_path / "signs"
    assert model_examined(ModelOptions("signs.pth"), "").model == str(tmp_path / "signs.pth")


def test_results_that_say_nothing_of_data_are_of_arrays_that_no_file_holds():
    assert examined_data({}, RESULTS).form == "arrays"


@pytest.mark.parametrize("name", ["image_set", "test_set", "improvement_set"])
@pytest.mark.parametrize("place", ["../elsewhere", "/etc"])
def test_a_set_outside_of_the_root_is_refused(name, place):
    run = {"dataset": {"form": "folder", "root": "signs", name: place}}
    with pytest.raises(DataError, match=f"has {name} .*; expected a folder below signs"):
        examined_data(run, RESULTS)


@pytest.mark.parametrize("record", [{"model": "signs.pth", "mean": "half"}, {"model": "signs.pth", "std": [True]}])
def test_a_scaling_that_is_no_list_of_numbers_is_one_sentence(record):
    with pytest.raises(DataError, match="expected a list of numbers, one a channel"):
        examined_model({"model": record}, RESULTS)
