"""What goes wrong: one sentence, and nothing is written."""

import json
import os
import shutil
from types import SimpleNamespace

import pytest

from faultloc.verdict import Verdict
from tests.commands.purify.answers import FIRST, contents, give_verdicts, refused


@pytest.mark.parametrize(
    ("options", "sentence", "code"),
    [
        ([], "say what to do: --remove 5%", 2),
        (["--remove", "5%", "--relabel"], "--remove and --relabel exclude each other", 2),
        (["--remove", "5%", "--drop-guessed"], "--drop-guessed goes with --relabel", 2),
        (["--remove", "much"], "--remove is 'much'; expected a share such as 5%", 1),
        (["--remove", "19"], "--remove is 19, but there are 18 samples", 1),
        (["--remove", "18"], "nothing would be left of the class 'cat' and 2 other classes", 1),
        (["--remove", "6"], "nothing would be left of the class 'cat'; expected a sample of every class", 1),
        (["--verdicts"], "there are no verdicts in", 1),
        (
            ["--remove", "1", "--learning-rate", "0.001"],
            "--learning-rate goes with --retrain: it is about the model",
            2,
        ),
        (["--remove", "1", "--arch", "nets:Net", "--trust-checkpoint"], "--arch and --trust-checkpoint go with", 2),
        (["--remove", "1", "--retrain", "0"], "0 is not in the range", 2),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(purify, folder_data, options, sentence, code):
    before = contents(folder_data.results)
    refused(purify(folder_data.results, *options), sentence, code)
    assert contents(folder_data.results) == before
    assert not (folder_data.results / "clean").exists()


def test_verdicts_that_change_nothing(purify, folder_data):
    give_verdicts(folder_data.results, Verdict(FIRST, "fine"))
    refused(purify(folder_data.results, "--verdicts"), "there is nothing to change")


def test_an_output_that_is_not_empty_stays_as_it_is(purify, folder_data, tmp_path):
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean/mine.txt").write_text("mine")
    answer = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    refused(answer, "is not empty; expected a new or an empty one")
    assert contents(tmp_path / "clean") == {"mine.txt": b"mine"}


def test_an_empty_output_is_taken(purify, folder_data, tmp_path):
    (tmp_path / "clean").mkdir()
    assert purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")[0] == 0


@pytest.mark.parametrize("where", ["pets/clean", "pets/train/clean", "link/clean", "."])
def test_the_output_is_never_in_the_original_or_around_it(purify, folder_data, tmp_path, where):
    (tmp_path / "link").symlink_to(folder_data.root)
    before = contents(folder_data.root)
    answer = purify(folder_data.results, "--remove", 1, "--output", tmp_path / where)
    refused(answer, "lie one in the other")
    assert contents(folder_data.root) == before


@pytest.mark.parametrize("where", ["dataset/x", "dataset", "located/clean"])
def test_the_output_is_in_no_part_of_the_results(purify, folder_data, where):
    before = contents(folder_data.results)
    answer = purify(folder_data.results, "--remove", 1, "--output", folder_data.results / where)
    refused(answer, f"lies in {where.split('/')[0]}/ of the results, which the next examination writes anew")
    assert contents(folder_data.results) == before


def test_data_that_have_moved(purify, folder_data):
    folder_data.root.rename(folder_data.root.with_name("moved"))
    refused(purify(folder_data.results, "--remove", 1), "which was examined, is not there any more")
    assert not list(folder_data.results.glob("*clean*"))


def test_a_file_that_is_gone(purify, folder_data):
    (folder_data.root / FIRST).unlink()
    refused(purify(folder_data.results, "--remove", 1), f"has no file {FIRST}, which was examined")
    assert not list(folder_data.results.glob(".clean*"))


def test_a_class_name_that_leads_out_of_the_output(purify, folder_data, tmp_path):
    description = folder_data.results / "dataset/train/split.json"
    description.write_text(description.read_text().replace('"owl"', '"owl",\n "../../../out"'))
    give_verdicts(folder_data.results, Verdict(FIRST, "relabel", "../../../out"))
    refused(purify(folder_data.results, "--verdicts"), "cannot be a folder of its own")
    assert not (tmp_path / "out").exists()
    assert not list(folder_data.results.glob("*clean*"))


@pytest.mark.parametrize("image_set", ["../pets/train", "/etc"])
def test_an_image_set_outside_of_the_root(purify, folder_data, image_set):
    text = (folder_data.results / "run.json").read_text()
    (folder_data.results / "run.json").write_text(text.replace('"train"', json.dumps(image_set)))
    refused(purify(folder_data.results, "--remove", 1), "has image_set")


def test_a_record_that_does_not_say_which_data(purify, folder_data):
    (folder_data.results / "run.json").write_text('{"dataset": "pets"}')
    refused(purify(folder_data.results, "--remove", 1), "says of the data that were examined: 'pets'; expected a form")


def test_a_full_disk_leaves_nothing_half_written(purify, folder_data, monkeypatch, tmp_path):
    written = []

    def full(source, target):
        written.append(target)
        if len(written) == 5:
            raise OSError(28, "No space left on device", str(target))
        shutil.copyfile(source, target)

    monkeypatch.setattr("faultloc.io.file_copy.shutil.copy2", full)
    refused(purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean"), "no space left on the device")
    assert len(written) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pets", "results"]


def test_too_little_space_is_said_before_anything_is_copied(purify, folder_data, monkeypatch, tmp_path):
    monkeypatch.setattr("faultloc.io.file_copy.shutil.disk_usage", lambda path: SimpleNamespace(free=100))
    answer = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    refused(answer, "expected enough space: free some, or link the files instead (--link)")
    assert not list(tmp_path.glob("*clean*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_place(purify, folder_data, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    answer = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "locked/clean")
    refused(answer, "expected a file or folder that can be used")


def test_an_output_below_a_file(purify, folder_data, tmp_path):
    (tmp_path / "file").write_text("")
    answer = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "file/clean")
    refused(answer, "expected a file or folder that can be used")


def test_what_a_killed_run_left_is_cleared_away(purify, folder_data, tmp_path):
    (tmp_path / ".clean.part/train").mkdir(parents=True)
    (tmp_path / ".clean.part/train/stale.png").write_text("stale")
    assert purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")[0] == 0
    assert not (tmp_path / ".clean.part").exists()
    assert not (tmp_path / "clean/train/stale.png").exists()
