"""The cleaned copy of a folder: what is left out, what takes another label, and that the original stays."""

import json
import shutil
from pathlib import Path

import numpy as np

from faultloc.io.cleaned_folder import new_paths
from faultloc.io.datasets import read_image_folder
from faultloc.io.ranked_data import load_ranked_data
from faultloc.io.stores.tables import load_table
from faultloc.purify.changes import Change
from faultloc.verdict import Verdict
from tests.commands.conftest import CLASSES, PER_CLASS
from tests.commands.purify.answers import FIRST, SECOND, contents, give_verdicts, refused


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
