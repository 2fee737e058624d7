"""Options that the data set, or the rest of the call, have no use for: one sentence, and nothing is written."""

import json

import pytest
from click.testing import CliRunner

from faultloc.cli import faultloc
from faultloc.errors import ConfigError
from tests.commands.test_shared_options import run_toy


@pytest.fixture
def place(monkeypatch, tmp_path):
    """A folder of images, a table of texts and one of images, and a file for any option that names one."""
    monkeypatch.chdir(tmp_path)
    for name in ("signs/train/stop", "signs/train/go", "signs/test/go"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "texts.csv").write_text("text,label\ngood,1\nbad,0\n")
    (tmp_path / "images.csv").write_text("path,label\nsigns/a.png,1\nsigns/b.png,0\n")
    for name in ("a", "b"):
        (tmp_path / f"signs/{name}.png").write_text("")
    (tmp_path / "words.json").write_text('["", "?", "good"]')
    return tmp_path


def refused(place, sentence, *arguments):
    answer = CliRunner().invoke(faultloc, [*arguments, "--model", "signs.pth", "--output", "out"])
    assert isinstance(answer.exception, ConfigError), answer
    assert sentence in str(answer.exception)
    assert not list(place.glob("out/dataset"))


@pytest.mark.parametrize("command", ["dfaulo", "hudd", "idc", "coverage"])
@pytest.mark.parametrize(
    ("option", "value"),
    [("--vocabulary", "words.json"), ("--max_tokens", "100"), ("--input-column", "path"), ("--label_column", "label")],
)
def test_what_is_about_tables_is_refused_with_a_folder(place, command, option, value):
    named = option.replace("-c", "_c")
    sentence = f"{named} is given, and signs is a folder of images; expected it with a table (a CSV file): leave it out"
    refused(place, sentence, command, "--dataset", "signs", option, value)


@pytest.mark.parametrize("folder", ["train", "other"])
def test_a_table_has_no_set_to_name(place, folder):
    sentence = "--image_set is given, and texts.csv is a table, which has no sets; expected it with a folder: leave it"
    refused(place, sentence, "dfaulo", "--dataset", "texts.csv", "--image_set", folder)


def test_texts_have_no_size(place):
    sentence = "--img_size is given, and texts.csv is a table of texts; expected it with images: leave it out, or name"
    refused(place, sentence, "dfaulo", "--dataset", "texts.csv", "--img_size", "(28,28,1)")


def test_images_of_a_table_have_no_vocabulary(place):
    sentence = "--vocabulary is given, and images.csv is a table of images; expected it with texts: leave it out, or"
    refused(place, sentence, "dfaulo", "--dataset", "images.csv", "--vocabulary", "words.json")


def test_all_that_is_of_no_use_is_named_wherever_it_was_given(place):
    (place / "options.json").write_text(json.dumps({"label_column": "label"}))
    sentence = "--max_tokens and --label_column are given, and signs is a folder of images; expected them with a table"
    refused(place, sentence, "dfaulo", "--dataset", "signs", "--max_tokens", "5", "--args", "options.json")


@pytest.mark.parametrize(
    "arguments",
    [
        ("signs", "--image_set", "train", "--img_size", "(28,28,1)"),
        ("signs",),
        ("texts.csv", "--vocabulary", "words.json", "--max_tokens", "5", "--input_column", "text"),
        ("texts.csv",),
        ("nowhere", "--max_tokens", "5"),
    ],
)
def test_what_is_of_use_or_not_given_is_taken(place, arguments):
    answer = run_toy("--dataset", *arguments)
    assert answer.exception is None, answer.exception
