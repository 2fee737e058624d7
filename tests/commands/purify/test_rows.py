"""The cleaned copy of a table or of arrays."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faultloc.io.datasets import read_npz
from faultloc.io.samples import list_table
from tests.commands.conftest import CLASSES
from tests.commands.purify.answers import contents, refused

NUMBERED = [f"train/{index:05d}" for index in range(9)]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("spelling", [CLASSES, ("0", "1", "2"), ("1", "2", "3")])
@pytest.mark.parametrize("header", [[], [["text", "label"]]])
def test_a_csv_loses_rows_and_changes_labels(purify, examined_rows, tmp_path, spelling, header):
    rows = [[f'a, "quoted"\nstory {index}', spelling[index % 3]] for index in range(9)]
    with (tmp_path / "news.csv").open("w", newline="") as file:
        csv.writer(file).writerows(header + rows)
    data = examined_rows("csv", tmp_path / "news.csv", NUMBERED)
    code, said, _ = purify(data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")
    assert code == 0
    assert "news.csv" in said
    expected = [[rows[0][0], spelling[1]], *rows[2:]]
    assert rows_of(tmp_path / "clean/news.csv") == header + expected


@pytest.mark.parametrize("option", ["--copy", "--link"])
def test_a_csv_of_images_is_read_again_where_it_lies_now(purify, examined_rows, tmp_path, option):
    (tmp_path / "data/images").mkdir(parents=True)
    rows = [[f"images/{index}.png", CLASSES[index % 3], str(index % 3)] for index in range(9)]
    rows[8][0] = str(tmp_path / "data/images/8.png")
    for index in range(9):
        Image.new("L", (4, 4), index).save(tmp_path / f"data/images/{index}.png")
    with (tmp_path / "data/list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "label", "number"], *rows[::-1]])
    before = contents(tmp_path / "data")
    data = examined_rows("csv", tmp_path / "data/list.csv", [row[0] for row in rows])
    assert purify(data.results, "--relabel", "--drop-guessed", option, "--output", tmp_path / "clean")[0] == 0
    listing = list_table(tmp_path / "clean/list.csv")
    assert dict(zip(listing.sample_ids, listing.given_names, strict=True)) == {
        "images/0.png": "dog",
        **{f"images/{index}.png": CLASSES[index % 3] for index in range(2, 9)},
    }
    assert rows_of(tmp_path / "clean/list.csv")[-1] == ["images/0.png", "dog", "1"]
    assert not (tmp_path / "clean/images/1.png").exists()
    assert contents(tmp_path / "data") == before


def test_a_csv_that_has_changed_since(purify, examined_rows, tmp_path):
    (tmp_path / "news.csv").write_text("".join(f"story,{CLASSES[(index + 1) % 3]}\n" for index in range(9)))
    data = examined_rows("csv", tmp_path / "news.csv", NUMBERED)
    refused(purify(data.results, "--remove", 1), "does not hold the samples and labels that were examined")


def test_a_table_by_semicolons_stays_one_and_says_which_rows_were_not_examined(purify, examined_rows, tmp_path):
    rows = [[f"a, b {index}", CLASSES[index % 3]] for index in range(10)]
    with (tmp_path / "news.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["text", "label"], *rows])
    data = examined_rows("csv", tmp_path / "news.csv", NUMBERED)
    code, said, _ = purify(data.results, "--remove", 1, "--output", tmp_path / "clean")
    assert code == 0
    assert "1 rows that were not examined stay in it" in said
    with (tmp_path / "clean/news.csv").open(newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [["text", "label"], *rows[1:]]


def test_linking_a_table_of_texts_is_refused(purify, examined_rows, tmp_path):
    (tmp_path / "news.csv").write_text("text,label\n" + "".join(f"story,{CLASSES[index % 3]}\n" for index in range(9)))
    data = examined_rows("csv", tmp_path / "news.csv", NUMBERED)
    refused(purify(data.results, "--remove", 1, "--link"), "--link is for data that are many files")


def test_arrays_of_a_file_are_filtered(purify, examined_rows, tmp_path):
    arrays = {
        "inputs": np.random.default_rng(0).random((12, 4)),
        "labels": (np.arange(12) % 3).astype(np.int16),
        "test_inputs": np.zeros((12, 4)),
        "test_labels": np.zeros(12, np.int64),
        "class_names": np.array(CLASSES),
        "is_fault": np.zeros(12, bool),
        "weights": np.arange(12),
    }
    np.savez(tmp_path / "own.npz", **arrays)
    data = examined_rows("arrays", tmp_path / "own.npz", NUMBERED)  # the last three were not examined
    assert purify(data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")[0] == 0
    with np.load(tmp_path / "clean/own.npz") as cleaned:
        assert "is_fault" not in cleaned
        assert cleaned["labels"].dtype == np.int16
        assert cleaned["labels"].tolist() == [1, *(arrays["labels"][2:])]
        np.testing.assert_array_equal(cleaned["inputs"], np.delete(arrays["inputs"], 1, axis=0))
        assert cleaned["weights"].tolist() == [0, *range(2, 12)]
        assert cleaned["test_inputs"].shape == (12, 4)


def test_arrays_from_elsewhere_are_written_as_they_were_examined(purify, examined_rows, tmp_path):
    data = examined_rows("arrays", tmp_path / "in-memory", NUMBERED, with_test=True)
    (data.results / "run.json").write_text("{}")  # as the call from Python leaves it
    assert purify(data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")[0] == 0
    cleaned = read_npz(path=str(tmp_path / "clean/dataset.npz"))
    assert cleaned.train.labels.tolist() == [1, 2, 0, 1, 2, 0, 1, 2]
    assert cleaned.train.inputs[:, 0].tolist() == [0, 8, 12, 16, 20, 24, 28, 32]
    assert cleaned.train.class_names == CLASSES
    assert len(cleaned.test) == 9


def test_arrays_that_have_changed_since(purify, examined_rows, tmp_path):
    np.savez(tmp_path / "own.npz", inputs=np.zeros((9, 4)), labels=np.zeros(9, np.int64))
    data = examined_rows("arrays", tmp_path / "own.npz", NUMBERED)
    refused(purify(data.results, "--remove", 1), "does not hold the samples and labels that were examined")
