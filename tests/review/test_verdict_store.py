import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from faultloc.errors import DataError
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.verdict import Verdict

GIVER = """
import sys
from pathlib import Path
from faultloc.verdict import Verdict
from faultloc.review.verdict_store import VerdictStore
store = VerdictStore(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    store.give(Verdict(f"{sys.argv[2]}-{number}", "faulty"), sys.argv[2])
    print(number, flush=True)
"""


def giver(path: Path, name: str, count: int) -> subprocess.Popen:
    command = [sys.executable, "-c", GIVER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_before_the_first_verdict_there_is_no_file_and_none_is_made(store, tmp_path):
    assert store.current() == {}
    assert store.undo() is None
    assert store.length() == 0
    assert list(tmp_path.iterdir()) == []


def test_verdicts_are_there_for_whoever_opens_the_file_next(store, tmp_path):
    given = [Verdict("b", "fine"), Verdict("a", "relabel", "a class; DROP TABLE log"), Verdict("ü/1.png", "faulty")]
    for verdict in given:
        store.give(verdict)
    assert list(VerdictStore(tmp_path / FILE_NAME).current().values()) == given


def test_of_two_verdicts_on_a_sample_the_later_counts_and_comes_last(store):
    for verdict in (Verdict("a", "fine"), Verdict("b", "fine"), Verdict("a", "faulty")):
        store.give(verdict)
    assert list(store.current().items()) == [("b", Verdict("b", "fine")), ("a", Verdict("a", "faulty"))]


def test_undoing_frees_the_last_sample_again_and_again(store):
    store.give(Verdict("a", "fine"))
    store.give(Verdict("b", "faulty"))
    assert [store.undo(), store.undo(), store.undo()] == ["b", "a", None]
    assert store.current() == {}


def test_undoing_a_change_of_mind_brings_the_earlier_verdict_back(store):
    store.give(Verdict("a", "fine"))
    store.give(Verdict("a", "faulty"))
    assert store.undo() == "a"
    assert store.current() == {"a": Verdict("a", "fine")}


def test_one_who_undoes_takes_back_only_what_is_theirs(store):
    store.give(Verdict("a", "fine"), "left tab")
    store.give(Verdict("b", "fine"), "right tab")
    assert [store.undo("left tab"), store.undo("left tab")] == ["a", None]
    assert list(store.current()) == ["b"]


def test_nothing_leaves_the_log_and_each_change_makes_it_longer(store, tmp_path):
    lengths = [store.length()]
    for change in (lambda: store.give(Verdict("a", "fine")), store.undo, lambda: store.give(Verdict("a", "fine"))):
        change()
        lengths.append(store.length())
    assert lengths == [0, 1, 2, 3]
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert [row[0] for row in connection.execute("SELECT decision FROM log ORDER BY number")] == [
            "fine",
            "undo",
            "fine",
        ]


def test_a_killed_process_loses_nothing_that_it_had_given(store, tmp_path):
    process = giver(tmp_path / FILE_NAME, "killed", 100_000)
    for _ in range(50):
        last = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    last = max([last, *(int(line) for line in process.stdout.read().splitlines())])
    process.wait()
    kept = list(store.current())
    # The one that was being given when the end came may be there as well; those before it must be.
    assert kept[: last + 1] == [f"killed-{number}" for number in range(last + 1)]
    assert len(kept) <= last + 2
    store.give(Verdict("after", "fine"))
    assert list(store.current())[-1] == "after"


def test_two_processes_at_once_lose_nothing_of_one_another(store, tmp_path):
    processes = [giver(tmp_path / FILE_NAME, name, 60) for name in ("left", "right")]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    kept = list(store.current())
    for name in ("left", "right"):
        assert [sample for sample in kept if sample.startswith(name)] == [f"{name}-{n}" for n in range(60)]


def test_an_empty_file_left_by_a_killed_process_is_as_good_as_none(store, tmp_path):
    (tmp_path / FILE_NAME).touch()
    assert store.current() == {}
    store.give(Verdict("a", "fine"))
    assert list(store.current()) == ["a"]


def test_all_verdicts_of_an_import_are_kept_or_none(store):
    unwritable = Verdict("b", "fine")
    object.__setattr__(unwritable, "label", object())
    with pytest.raises(DataError):
        store.give_all([Verdict("a", "fine"), unwritable])
    assert store.current() == {}


def _no_database(path: Path) -> None:
    path.write_text("sample_id,verdict\n" * 100)


def _a_folder(path: Path) -> None:
    path.mkdir()


def _of_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE log (number INTEGER)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("make", [_no_database, _a_folder, _of_another_program])
def test_what_is_not_ours_is_named_and_left_as_it_is(store, tmp_path, make):
    path = tmp_path / FILE_NAME
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DataError, match=FILE_NAME):
        store.current()
    with pytest.raises(DataError, match=FILE_NAME):
        store.give(Verdict("a", "fine"))
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(DataError, match="cannot be written; expected a results folder"):
        VerdictStore(tmp_path / "gone" / FILE_NAME).give(Verdict("a", "fine"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs another user's rights")
def test_in_a_folder_without_write_access_verdicts_are_read_and_giving_one_is_refused(store, tmp_path):
    store.give(Verdict("a", "fine"))
    for path in (tmp_path / FILE_NAME, tmp_path):
        path.chmod(path.stat().st_mode & ~0o222)
    path, opened = tmp_path, []
    while path != path.parent:  # root may write everywhere; somebody else must get here first
        if os.geteuid() == 0:
            opened.append((path, path.stat().st_mode))
            path.chmod(path.stat().st_mode | 0o055)
        path = path.parent
    me = os.geteuid()
    try:
        if me == 0:
            os.seteuid(65534)
        assert list(store.current()) == ["a"]
        with pytest.raises(DataError, match="cannot be written"):
            store.give(Verdict("b", "fine"))
    finally:
        if me == 0:
            os.seteuid(me)
        for path, mode in opened:
            path.chmod(mode)
        tmp_path.chmod(0o700)
    assert list(store.current()) == ["a"]


def test_a_file_belongs_to_the_data_set_of_its_first_review(store):
    store.check_about("any samples, as long as there are no verdicts")
    store.belong_to("these samples")
    store.belong_to("these samples")
    store.check_about("these samples")
    for check in (store.belong_to, store.check_about):
        with pytest.raises(DataError, match="verdicts about another data set"):
            check("those samples")
