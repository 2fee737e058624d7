"""`faultloc purify` as a user types it."""

import csv
import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from faultloc import cli
from faultloc.io.cleaned_folder import new_paths
from faultloc.io.datasets import read_image_folder, read_npz
from faultloc.io.ranked_data import load_ranked_data
from faultloc.io.samples import list_table
from faultloc.io.stores.subject_store import load_weights
from faultloc.io.stores.tables import load_table
from faultloc.purify.changes import Change
from faultloc.review.fingerprint import fingerprint
from faultloc.review.verdict_store import VerdictStore
from faultloc.subject.architectures import LeNet1
from faultloc.verdict import Verdict
from tests.commands.conftest import CLASSES, PER_CLASS


@pytest.fixture
def purify(monkeypatch, capsys):
    """Runs the command line; its exit code, what it said and what it complained of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["faultloc", "purify", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def give_verdicts(results: Path, *verdicts: Verdict) -> None:
    store = VerdictStore(results / "verdicts.sqlite")
    store.belong_to(fingerprint(load_ranked_data(results).dataset))
    store.give_all(verdicts)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


FIRST, SECOND = "train/cat/0.png", "train/cat/1.png"


def test_the_most_suspicious_are_left_out_and_all_else_is_taken_over(purify, folder_data, tmp_path):
    (folder_data.root / "classes.json").write_text(json.dumps(list(CLASSES)))
    before = contents(folder_data.root)
    code, said, _ = purify(folder_data.results, "--remove", 2, "--output", tmp_path / "clean")
    assert code == 0
    assert "removed 2, relabelled 0 of 18 samples" in said
    expected = {path: content for path, content in before.items() if path not in (FIRST, SECOND)}
    copied = contents(tmp_path / "clean")
    del copied["changes.csv"]
    assert copied == expected
    assert contents(folder_data.root) == before


def test_the_copy_is_read_as_a_data_set(purify, folder_data, tmp_path):
    purify(folder_data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")
    splits = read_image_folder(root=str(tmp_path / "clean"))
    assert len(splits.train) == 3 * PER_CLASS - 1
    assert np.bincount(splits.train.labels).tolist() == [PER_CLASS - 2, PER_CLASS + 1, PER_CLASS]
    assert len(splits.test) == 6


def test_relabelling_removes_nothing_that_nobody_has_judged_and_asks_for_it(purify, folder_data, tmp_path):
    code, said, _ = purify(folder_data.results, "--relabel", "--output", tmp_path / "clean")
    assert code == 0
    assert "removed 0, relabelled 1 of 18 samples" in said
    assert "1 suspected sample stays as it is" in said
    assert (tmp_path / "clean" / SECOND).exists()
    undecided = load_table(tmp_path / "clean/undecided.csv").to_dict("records")
    assert [(entry["sample_id"], entry["action"]) for entry in undecided] == [(SECOND, "remove")]


def test_where_nothing_can_be_relabelled_what_waits_for_a_verdict_is_named(purify, folder_data):
    give_verdicts(folder_data.results, Verdict(FIRST, "fine"))
    answer = purify(folder_data.results, "--relabel", "--verdicts")
    refused(answer, "nothing to relabel. 1 suspected sample stays as it is, since no label seems to fit and only a")
    assert SECOND in answer[2]
    assert not (folder_data.results / "clean").exists()


def test_a_relabelled_file_takes_another_name_where_its_own_is_taken(purify, folder_data, tmp_path):
    picture = (folder_data.root / FIRST).read_bytes()
    purify(folder_data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")
    changes = load_table(tmp_path / "clean/changes.csv").to_dict("records")
    assert [(change["sample_id"], change["action"], change["new_path"]) for change in changes] == [
        (FIRST, "relabel", "train/dog/0-from-cat.png"),
        (SECOND, "remove", ""),
    ]
    assert (tmp_path / "clean/train/dog/0-from-cat.png").read_bytes() == picture
    assert not (tmp_path / "clean" / FIRST).exists()


def test_verdicts_are_followed(purify, folder_data):
    give_verdicts(
        folder_data.results,
        Verdict(FIRST, "fine"),
        Verdict("train/owl/3.png", "faulty"),
        Verdict("train/owl/4.png", "relabel", "cat"),
    )
    code, said, _ = purify(folder_data.results, "--verdicts")
    assert code == 0
    assert "removed 1, relabelled 1 of 18 samples" in said
    copied = contents(folder_data.results / "clean/train")
    assert len(copied) == 3 * PER_CLASS - 1
    assert copied["cat/4-from-owl.png"] == (folder_data.root / "train/owl/4.png").read_bytes()


def test_an_edit_of_a_copied_file_does_not_reach_the_original(purify, folder_data, tmp_path):
    purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    before = contents(folder_data.root)
    (tmp_path / "clean" / SECOND).write_bytes(b"edited")
    assert contents(folder_data.root) == before


def test_links_lead_to_the_original_files(purify, folder_data, tmp_path):
    code, said, _ = purify(folder_data.results, "--relabel", "--drop-guessed", "--link", "--output", tmp_path / "clean")
    assert code == 0
    assert "linked" in said
    assert (tmp_path / "clean/train/dog/0-from-cat.png").samefile(folder_data.root / FIRST)
    assert len(read_image_folder(root=str(tmp_path / "clean")).train) == 3 * PER_CLASS - 1


def test_files_on_another_disk_cannot_be_linked(purify, folder_data, monkeypatch, tmp_path):
    def on_another_disk(self, target):
        raise OSError(18, "Invalid cross-device link", str(self))

    monkeypatch.setattr(Path, "hardlink_to", on_another_disk)
    answer = purify(folder_data.results, "--remove", 1, "--link", "--output", tmp_path / "clean")
    refused(answer, "expected both on one disk")
    assert not list(tmp_path.glob("*clean*"))


def test_results_of_the_published_scorer_have_no_evidence_and_can_be_removed_by(purify, folder_data, tmp_path):
    shutil.rmtree(folder_data.results / "evidence")
    assert purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")[0] == 0


def test_class_folders_in_the_root_itself(purify, folder_data, tmp_path):
    root = folder_data.root / "train"
    run = json.loads((folder_data.results / "run.json").read_text())
    run["dataset"] |= {"root": str(root), "image_set": "."}
    (folder_data.results / "run.json").write_text(json.dumps(run))
    for table in ("ranking.csv",):
        text = (folder_data.results / table).read_text().replace("train/", "")
        (folder_data.results / table).write_text(text)
    kept = folder_data.results / "dataset/train/sample_ids.npy"
    np.save(kept, np.array([name.removeprefix("train/") for name in np.load(kept)]))
    code, _, said = purify(folder_data.results, "--relabel", "--drop-guessed", "--output", tmp_path / "clean")
    assert (code, said) == (0, "")
    assert (tmp_path / "clean/dog/0-from-cat.png").exists()
    assert not (tmp_path / "clean/cat/1.png").exists()


def test_a_cleaned_copy_can_be_cleaned_again(purify, folder_data, tmp_path):
    purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    (folder_data.root / "changes.csv").write_text("of an earlier cleaning")
    purify(folder_data.results, "--remove", 2, "--output", tmp_path / "cleaner")
    assert len(load_table(tmp_path / "cleaner/changes.csv")) == 2


def test_links_out_of_the_data_set_are_not_followed(purify, folder_data, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_text("secret")
    (tmp_path / "away").mkdir()
    (tmp_path / "away/other.txt").write_text("secret")
    (folder_data.root / "test/cat/link.png").symlink_to(secret)
    (folder_data.root / "notes").symlink_to(tmp_path / "away")
    (folder_data.root / "test/loop").symlink_to(folder_data.root)
    code, said, _ = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    assert code == 0
    assert "2 left out as links that lead out of the data set" in said
    assert b"secret" not in contents(tmp_path / "clean").values()


def test_what_was_not_examined_is_carried_into_no_class(purify, folder_data, tmp_path):
    for name in ("train/cat/late.png", "train/dog/README.txt", "test/owl/late.jfif", "train/__MACOSX/cat/x.png"):
        (folder_data.root / name).parent.mkdir(parents=True, exist_ok=True)
        (folder_data.root / name).write_text("x")
    (folder_data.root / "train/notes.txt").write_text("of the set")
    (folder_data.root / "train/itself").symlink_to("itself")
    code, said, _ = purify(folder_data.results, "--remove", 1, "--output", tmp_path / "clean")
    assert code == 0
    assert "4 in class folders left out that were not examined (such as " in said
    copied = contents(tmp_path / "clean")
    assert b"x" not in copied.values()
    assert copied["train/notes.txt"] == b"of the set"
    assert len(copied) == 3 * PER_CLASS - 1 + 6 + 2


def test_a_name_that_is_as_long_as_may_be_is_shortened_where_it_is_taken(folder_data, tmp_path):
    results = load_ranked_data(folder_data.results)
    long = f"{'ä' * 125}.png"
    taken = dict.fromkeys((f"train/cat/{long}", f"train/dog/{long}"))
    change = Change(f"train/cat/{long}", "relabel", "cat", "dog", "")
    folders = {name: name for name in results.dataset.class_names}
    moved = dict(new_paths(1, [change], folders, taken=set(taken)))[f"train/cat/{long}"]
    assert moved.endswith("ä-from-cat.png")
    assert len(moved.rpartition("/")[2].encode()) <= 255
    (tmp_path / "train/dog").mkdir(parents=True)
    (tmp_path / moved).write_text("a file system takes it")


# --- what goes wrong -----------------------------------------------------------------------------------------------


def refused(answer: tuple[int, str, str], sentence: str, code: int = 1) -> None:
    assert answer[0] == code
    assert sentence in answer[2]
    assert "Traceback" not in answer[2]


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


# --- files of rows -------------------------------------------------------------------------------------------------

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


# --- training on ---------------------------------------------------------------------------------------------------


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
