"""Whose a folder of results is, and what is never overwritten."""

import json
from pathlib import Path

import pytest

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import save_json
from faultloc.io.stores.result_folder import claim_folder

NAMES = ("dataset", "ranking.*", "run.json", "report.html")


def put(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_says_whose_it_is_and_is_taken_again(tmp_path):
    for _ in range(2):
        claim_folder(tmp_path / "results", "dfaulo", NAMES)
        assert json.loads((tmp_path / "results/run.json").read_text()) == {"command": "dfaulo"}


def test_what_a_finished_run_says_of_itself_stays(tmp_path):
    save_json(tmp_path / "run.json", {"command": "dfaulo", "seed": 3})
    put(tmp_path, {"report.html": "page"})
    claim_folder(tmp_path, "dfaulo", NAMES)
    assert json.loads((tmp_path / "run.json").read_text())["seed"] == 3


@pytest.mark.parametrize(
    "files",
    [
        {"run.json": '{"command": "hudd"}', "report.html": "page"},
        {"run.json": '{"hudd": {}, "dataset": {}}', "report.html": "page"},  # before the command was named
        {"run.json": "{}", "errors.csv": "", "report.html": "page"},  # by a call from Python, at that time
        {"coverage.json": '{"coverage": {}}', "report.html": "page"},
        {"diagnosis.json": '{"runs": []}'},
    ],
)
def test_the_folder_of_another_command_is_refused_and_stays_as_it_is(tmp_path, files):
    put(tmp_path, files)
    before = snapshot(tmp_path)
    with pytest.raises(DataError, match="holds the results of `faultloc .*alone: give another --output"):
        claim_folder(tmp_path, "dfaulo", NAMES)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "files",
    [
        {"report.html": "mine"},
        {"ranking.parquet": "mine"},
        {"dataset/cat/1.png": "mine"},
        {"run.json": '{"scores": 3}'},
        {"run.json": "no JSON"},
    ],
)
def test_files_of_somebody_else_are_refused_and_stay_as_they_are(tmp_path, files):
    put(tmp_path, files)
    before = snapshot(tmp_path)
    with pytest.raises(DataError, match="which `faultloc dfaulo` has not written; .*name another folder"):
        claim_folder(tmp_path, "dfaulo", NAMES, otherwise="name another folder")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "files",
    [
        {"notes.txt": "mine", "hudd/report.html": "of another command, in a folder of its own"},
        {"run.json": '{"scorer": "paper"}', "report.html": "before the command was named"},
        {"run.json": "{}", "ranking.csv": "by a call from Python, at that time"},
        {"dataset/digest.json": '{"digest": "of an interrupted run, at that time"}'},
        {"run.json": '{"command": "hudd"}'},  # which ended over a mistake before it wrote anything
        {"run.json": '{"command": "hudd"}', "idc/run.json": '{"command": "idc"}', "idc/report.html": "page"},
    ],
)
def test_other_files_and_results_of_its_own_are_no_hindrance(tmp_path, files):
    put(tmp_path, files)
    claim_folder(tmp_path, "dfaulo", NAMES)
    assert json.loads((tmp_path / "run.json").read_text()).get("command") in ("dfaulo", None)


@pytest.mark.parametrize("below", ["file", "file/results"])
def test_a_file_in_the_place_of_the_folder_is_named(tmp_path, below):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="is a file; expected a folder for the results: give another --output"):
        claim_folder(tmp_path / below, "dfaulo", NAMES)


def test_a_folder_that_cannot_be_written_is_named():
    with pytest.raises(DataError, match=r"/proc/results cannot be written \(.*\); expected"):
        claim_folder(Path("/proc/results"), "dfaulo", NAMES)
