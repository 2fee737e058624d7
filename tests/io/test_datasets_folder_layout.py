"""Where the sets and the classes may lie, told in one sentence with the way on."""

import re
from pathlib import Path

import pytest

from faultloc.errors import DataError
from faultloc.io.datasets.folder_layout import (
    nested_classes,
    require_classes,
    sets_among_classes,
    unread_set,
    where_the_set_may_be,
    why_unlabelled,
)
from faultloc.io.datasets.reading_advice import COMMAND, PIPELINE


@pytest.fixture
def files(tmp_path):
    """Makes empty files and gives the folder that they are in."""

    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["Training/cat/0.png"], "has a folder Training: give --image_set Training"),
        (["pets/train/cat/0.png", "notes/a.txt"], "give --image_set pets/train, or that folder"),
        (["cat/0.png", "dog/0.png"], r"has the folders cat, dog: if these are the classes, give --image_set \. "),
        (["a.png"], "check --dataset and --image_set"),
    ],
)
def test_a_set_that_is_not_there_is_looked_for(files, names, sentence):
    root = files(*names)
    assert re.search(sentence, where_the_set_may_be(root, root / "train", COMMAND))


def test_advice_names_the_settings_of_the_pipeline_there(files):
    root = files("cat/0.png", "dog/0.png")
    assert "dataset.image_set=." in where_the_set_may_be(root, root / "train", PIPELINE)


def test_sets_are_no_classes(files):
    root = files("train/cat/0.png", "test/cat/0.png")
    with pytest.raises(DataError, match="are called test, train, as sets are .* give --image_set train$"):
        require_classes(root, root, COMMAND)
    require_classes(root, root / "train", COMMAND)


def test_a_class_may_be_called_train(files):
    root = files("train/train/0.png", "train/plane/0.png")
    require_classes(root, root / "train", COMMAND)


def test_classes_a_level_deeper_are_found_where_there_is_one_folder(files):
    root = files("train/train/cat/0.png", "train/train/dog/0.png")
    with pytest.raises(DataError, match="a single folder, train, and in it cat, dog.* --image_set train/train$"):
        require_classes(root, root / "train", COMMAND)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["test/0.png"], "it has no class folders"),
        (["test/images/0.png"], r"its folders \(images\) are none of the classes \(cat, dog\)"),
        (["test/cat/0.png"], "^$"),
        (["test/cat/0.png", "test/emu/0.png"], "^$"),
    ],
)
def test_a_set_without_labels_is_told(files, names, reason):
    assert re.search(reason, why_unlabelled(files(*names) / "test", ["cat", "dog"]))


def test_a_validation_set_that_is_not_read_is_named_with_the_option(files):
    root = files("train/cat/0.png", "valid/cat/0.png")
    said = unread_set(root, "train", ["cat", "dog"], COMMAND)
    assert said.endswith("valid is not read; to take it as the held-out set, give --test_set valid")
    assert unread_set(root, "valid", ["cat", "dog"], COMMAND) == ""
    assert unread_set(root, "train", ["emu"], COMMAND) == ""


def test_a_test_set_beside_the_classes_is_none_of_them(files):
    root = files("cat/0.png", "dog/0.png", "held/cat/0.png", "valid/dog/0.png")
    assert sets_among_classes(root, ".", ["held"]) == ["held", "valid"]
    assert sets_among_classes(root, "test", ["test"]) == []


def test_a_class_called_test_stays_one(files):
    assert sets_among_classes(files("cat/0.png", "test/0.png"), ".", ["test"]) == []


def test_classes_that_may_lie_a_level_deeper_are_said(files):
    root = files("train/animal/cat/0.png", "train/animal/dog/0.png", "train/car/bus/0.png")
    listed = {name: sorted((root / "train" / name).rglob("*.png")) for name in ("animal", "car")}
    said = nested_classes(root / "train", listed)
    assert "(animal/cat, animal/dog, car/bus): the outer ones (animal, car) are taken as the classes" in said
    one_each = {"animal": listed["animal"][:1], "car": listed["car"]}  # as Tiny ImageNet's class/images/
    assert nested_classes(root / "train", one_each) == ""
    files("train/car/0.png")
    listed["car"] = sorted((root / "train/car").rglob("*.png"))
    assert nested_classes(root / "train", listed) == ""
