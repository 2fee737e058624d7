"""Files that name the classes in the order of the outputs, as people have them."""

import json

import pytest

from faultloc.errors import DataError
from faultloc.io.datasets.class_list import read_class_list

CLASSES = ("tench", "goldfish", "great white shark")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classes.json", json.dumps(CLASSES)),
        ("classes.json", json.dumps({"goldfish": 1, "tench": 0, "great white shark": 2})),
        ("classes.json", json.dumps({"1": "goldfish", "0": "tench", "2": "great white shark"})),
        ("config.json", json.dumps({"id2label": {"0": "tench", "1": "goldfish", "2": "great white shark"}, "x": 1})),
        ("class_index.json", json.dumps({str(number): [name, "wnid"] for number, name in enumerate(CLASSES)})),
        ("classes.txt", "tench\ngoldfish\ngreat white shark\n"),
        ("classes.txt", "\ufefftench\r\ngoldfish\r\n\r\ngreat white shark"),
        ("labels.txt", "0 tench\n1 goldfish\n2 great white shark\n"),
        ("labels.txt", "2: great white shark\n0: tench\n1: goldfish\n"),
        ("labels", "tench\ngoldfish\ngreat white shark"),
    ],
)
def test_every_usual_shape_gives_the_same_names(name, content, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_class_list(tmp_path / name) == CLASSES


def test_names_that_are_numbers_are_names(tmp_path):
    (tmp_path / "classes.txt").write_text("7\n8\n9\n")
    assert read_class_list(tmp_path / "classes.txt") == ("7", "8", "9")
    (tmp_path / "classes.json").write_text("[7, 8, 9]")
    assert read_class_list(tmp_path / "classes.json") == ("7", "8", "9")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("classes.json", "tench\ngoldfish", "not readable as JSON"),
        ("classes.txt", "tench\ntench", "names a class twice"),
        ("classes.json", '{"tench": 0, "goldfish": 2}', "are not 0 to 1, each once"),
        ("classes.json", '{"0": "tench", "2": "goldfish"}', "are not 0 to 1, each once"),
        ("classes.json", '{"tench": "fish"}', "holds something else"),
        ("classes.json", "3", "holds something else"),
        ("classes.txt", "", "holds something else"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(name, content, message, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        read_class_list(tmp_path / name)
