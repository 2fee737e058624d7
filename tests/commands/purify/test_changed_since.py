"""Samples that are no longer what was examined: what was found about them is applied to no other."""

import csv
import json
import os

import pytest
from PIL import Image

from faultloc.io.stores.contents_store import content_of_file, content_of_text
from faultloc.verdict import Verdict
from tests.commands.conftest import CLASSES, keep_contents
from tests.commands.purify.answers import FIRST, SECOND, contents, give_verdicts, refused

NUMBERED = [f"row/{index:05d}" for index in range(9)]


def repaint(*paths) -> None:
    for path in paths:
        Image.new("L", (16, 16), 255).save(path)


@pytest.mark.parametrize(
    "options", [["--remove", 2], ["--relabel", 2, "--drop-guessed"], ["--remove", 2, "--link"], ["--verdicts"]]
)
def test_another_picture_under_an_old_name_is_neither_removed_nor_relabelled(purify, folder_data, options):
    give_verdicts(folder_data.results, Verdict(FIRST, "relabel", "dog"), Verdict(SECOND, "faulty"))
    repaint(folder_data.root / SECOND)
    before = contents(folder_data.results)
    answer = purify(folder_data.results, *options)
    refused(answer, f"{SECOND} of {folder_data.root} is no longer what was examined (1 of the 2 samples to be removed")
    assert "or relabelled has changed since then); expected the data set as it was: run `faultloc dfaulo`" in answer[2]
    assert contents(folder_data.results) == before


def test_the_first_changed_file_is_named_and_the_others_are_counted(purify, folder_data):
    repaint(folder_data.root / FIRST, folder_data.root / SECOND)
    answer = purify(folder_data.results, "--remove", 3)
    refused(answer, f"{FIRST} of {folder_data.root} is no longer what was examined (2 of the 3 samples")
    assert "have changed" in answer[2]


def test_what_stays_as_it_is_may_be_another_picture_by_now(purify, folder_data, tmp_path):
    repaint(folder_data.root / "train/owl/3.png")
    assert purify(folder_data.results, "--remove", 2, "--output", tmp_path / "clean")[0] == 0
    copied = contents(tmp_path / "clean")
    assert copied["train/owl/3.png"] == (folder_data.root / "train/owl/3.png").read_bytes()


def test_a_file_that_was_only_touched_is_what_it_was(purify, folder_data, tmp_path):
    os.utime(folder_data.root / FIRST, (1, 1))
    assert purify(folder_data.results, "--remove", 2, "--output", tmp_path / "clean")[0] == 0


def test_a_file_that_may_not_be_read_is_not_called_changed(purify, folder_data, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("faultloc.io.stores.contents_store.content_of_file", forbidden)  # root may read anything
    refused(
        purify(folder_data.results, "--remove", 1), "cannot be read (Permission denied); expected the file that was"
    )


def test_results_that_keep_no_contents_say_that_nothing_was_compared(purify, folder_data, tmp_path):
    (folder_data.results / "dataset/contents.npy").unlink()  # as an earlier version left them
    code, said, _ = purify(folder_data.results, "--remove", 2, "--output", tmp_path / "clean")
    assert code == 0
    assert "files copied, not compared with what was examined, since these results, of an earlier" in said


def test_contents_of_other_samples_are_refused(purify, folder_data):
    keep_contents(folder_data.results, {FIRST: content_of_file(folder_data.root / FIRST)})
    refused(purify(folder_data.results, "--remove", 1), "contents.npy holds uint8 of the shape [1, 16]; expected")


@pytest.mark.parametrize("now", ['{"digest": "of another"}', None])
def test_a_ranking_of_other_samples_than_those_at_hand_changes_nothing(purify, folder_data, now):
    run = json.loads((folder_data.results / "run.json").read_text())
    run["dataset"]["digest"] = "of these"
    (folder_data.results / "run.json").write_text(json.dumps(run))
    key = folder_data.results / "dataset/digest.json"
    if now is not None:  # else they were being decoded
        key.write_text(now)
    refused(purify(folder_data.results, "--remove", 1), "holds other samples than its ranking is about")
    key.write_text('{"digest": "of these"}')
    assert purify(folder_data.results, "--remove", 1)[0] == 0


@pytest.fixture
def listed_images(examined_rows, tmp_path):
    """The results about a CSV that names images."""
    (tmp_path / "data/images").mkdir(parents=True)
    rows = [[f"images/{index}.png", CLASSES[index % 3]] for index in range(9)]
    for index, (name, _) in enumerate(rows):
        Image.new("L", (4, 4), index).save(tmp_path / "data" / name)
    with (tmp_path / "data/list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "label"], *rows])
    data = examined_rows("csv", tmp_path / "data/list.csv", [name for name, _ in rows])
    keep_contents(data.results, {name: content_of_file(tmp_path / "data" / name) for name, _ in rows})
    return data


def test_another_picture_at_the_path_of_a_row_is_refused(purify, listed_images, tmp_path):
    repaint(listed_images.root.parent / "images/7.png")  # which stays
    assert purify(listed_images.results, "--remove", 2, "--output", tmp_path / "clean")[0] == 0
    repaint(listed_images.root.parent / "images/1.png")
    refused(purify(listed_images.results, "--remove", 2), f"images/1.png of {listed_images.root} is no longer what was")


def test_a_row_whose_file_is_gone_is_refused(purify, listed_images):
    (listed_images.root.parent / "images/1.png").unlink()
    refused(purify(listed_images.results, "--remove", 2), "has no file images/1.png, which was examined")


def test_another_text_in_a_row_is_refused(purify, examined_rows, tmp_path):
    texts = [f"a, b {index}" for index in range(9)]
    rows = [[CLASSES[index % 3], f" {text} "] for index, text in enumerate(texts)]

    def write() -> None:
        with (tmp_path / "news.csv").open("w", newline="") as file:
            csv.writer(file).writerows([["label", "text"], *rows])

    write()
    data = examined_rows("csv", tmp_path / "news.csv", NUMBERED)
    keep_contents(data.results, dict(zip(NUMBERED, map(content_of_text, texts), strict=True)))
    assert purify(data.results, "--remove", 2, "--output", tmp_path / "clean")[0] == 0
    rows[1][1] = "something else"
    write()
    refused(purify(data.results, "--remove", 2), f"row/00001 of {tmp_path / 'news.csv'} is no longer what was examined")
