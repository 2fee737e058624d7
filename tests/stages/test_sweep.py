"""Sweeps, mostly over a toy graph of three stages, so that what is computed can be counted."""

import csv
import json
import signal
import subprocess
import sys

import pytest
from omegaconf import OmegaConf

from faultloc.errors import ConfigError
from stages.sweeping.job import job_name
from stages.sweeping.locks import lock_names
from stages.sweeping.settings import SweepSettings
from stages.sweeping.times import last_error, stage_times
from tests.stages.toy_project import Toy
from tests.stages.workspace import REPOSITORY, TINY, Workspace
from tests.warm_python import CHILDREN, warm_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def toy(tmp_path) -> Toy:
    return Toy(tmp_path)


def test_two_parallel_jobs_that_share_what_is_upstream_train_once(toy):
    code, said = toy.sweep("-m", "mutation.ratio=0.1,0.2", "sweep.jobs=2")
    assert code == 0, said
    assert toy.ran() == ["evaluate", "evaluate", "gendata", "train"]
    assert {row["mutation.ratio"]: row["rauc"] for row in toy.rows()} == {"0.1": "0.1", "0.2": "0.2"}
    code, said = toy.sweep("-m", "mutation.ratio=0.1,0.2", "sweep.jobs=2")
    assert code == 0, said
    assert toy.ran() == []


def test_a_job_leaves_its_results_settings_log_and_times_and_no_workspace(toy):
    assert toy.sweep("-m", "seed=4")[0] == 0
    (folder,) = (path for path in (toy.project / "sweep").iterdir() if path.is_dir())
    assert json.loads((folder / "results/evaluation/metrics.json").read_text())["loss"]["pobl@5"] == 0.5
    assert OmegaConf.load(folder / "params.yaml").seed == 4
    assert "train: made" in (folder / "log.txt").read_text()
    assert json.loads((folder / "times.json").read_text()) == {"gendata": 1.0, "train": 1.0, "evaluate": 1.0}
    assert not (folder / "workspace").exists()
    assert "seed=4" in (toy.project / "sweep/index.html").read_text()


def test_a_failed_job_stops_no_other_and_is_tried_again(toy):
    (toy.beside / "broken").touch()
    code, said = toy.sweep("-m", "mutation.ratio=0.9,0.2")
    assert code == 1
    assert "the toy is broken" in said
    assert "Traceback" not in said
    assert {row["mutation.ratio"]: row["state"] for row in toy.rows()} == {"0.9": "failed", "0.2": "done"}
    (toy.beside / "broken").unlink()
    toy.ran()
    code, said = toy.sweep("-m", "mutation.ratio=0.9,0.2")
    assert code == 0, said
    assert toy.ran() == ["evaluate"]
    assert {row["state"] for row in toy.rows()} == {"done"}


def test_what_the_project_has_computed_a_job_takes_from_the_cache(toy):
    project = toy.workspace
    project.run(sys.executable, "-m", "stages.compose", "seed=5")
    subprocess.run(
        [warm_folder() / "dvc", "repro"], cwd=toy.project, env=toy.environment, check=True, capture_output=True
    )
    before = (toy.project / "dvc.lock").read_bytes(), (toy.project / "params.yaml").read_bytes()
    toy.ran()
    assert toy.sweep("-m", "seed=5")[0] == 0
    assert toy.ran() == []
    assert ((toy.project / "dvc.lock").read_bytes(), (toy.project / "params.yaml").read_bytes()) == before
    (folder,) = (path for path in (toy.project / "sweep").iterdir() if path.is_dir())
    assert (folder / "dvc.lock").read_bytes() == before[0]


@pytest.mark.exhaustive
def test_raw_data_named_by_a_relative_path_are_found_and_their_changes_noticed(toy):
    raw = toy.project / "data/raw/own"
    raw.mkdir(parents=True)
    (raw / "train.csv").write_text("1")
    own = ("-m", "dataset=image_folder", "dataset.root=data/raw/own")
    assert toy.sweep(*own)[0] == 0
    assert toy.ran() == ["evaluate", "gendata", "train"]
    (raw / "train.csv").write_text("another")
    assert toy.sweep(*own)[0] == 0
    assert "gendata" in toy.ran()


@pytest.mark.parametrize(
    ("number", "exit_code", "interrupts_ignored"),
    [
        (signal.SIGINT, 130, False),
        # In the background of a shell, or under nohup.
        pytest.param(signal.SIGTERM, 143, True, marks=pytest.mark.exhaustive),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, False, marks=pytest.mark.exhaustive),
    ],
)
def test_an_interrupted_sweep_ends_its_jobs_and_the_same_command_carries_on(toy, number, exit_code, interrupts_ignored):
    process = toy.start_and_wait_for_training(interrupts_ignored=interrupts_ignored)
    code, refused = toy.sweep("-m", "seed=1")
    assert (code, "another sweep runs in sweep/" in refused) == (1, True)
    process.send_signal(number)
    said = process.communicate()[0]  # also waits for whoever else holds this pipe
    assert process.returncode == exit_code
    assert "Traceback" not in said
    assert toy.ran() == ["gendata", "train"]
    (toy.beside / "hang").unlink()
    assert toy.sweep("-m", "seed=0")[0] == 0
    assert toy.ran() == ["evaluate", "train"]
    assert [row["state"] for row in toy.rows()] == ["done"]


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("mutation.ratoi=0.1,0.2", "ratoi"),
        ("dataset=npz", "dataset.path=..."),
        ("sweep.folder=data/dataset/sweep", "data/dataset"),
    ],
)
def test_a_mistake_is_answered_before_anything_runs(toy, argument, named):
    code, said = toy.sweep("-m", argument)
    assert code == 1
    assert named in said
    assert "Traceback" not in said
    assert toy.ran() == []


@pytest.mark.parametrize("jobs", [0, 1.5, "two", True])
def test_the_number_of_jobs_side_by_side_is_checked(jobs):
    with pytest.raises(ConfigError, match=r"sweep\.jobs"):
        SweepSettings(folder="sweep", jobs=jobs, keep_workspaces=False)


def test_a_stage_has_the_same_lock_where_all_that_is_upstream_is_the_same():
    graph = OmegaConf.load(REPOSITORY / "dvc.yaml")
    params = OmegaConf.load(REPOSITORY / "params.yaml")
    names = lock_names(graph, params)
    other = lock_names(graph, OmegaConf.merge(params, {"mutation": {"ratio": 0.77}}))
    assert {stage for stage in names if names[stage] != other[stage]} == {
        *("mutation", "dfaulo", "evaluate", "report", "purify")
    }
    order = list(names)
    assert order.index("gendata") < order.index("train") < order.index("mutation") < order.index("dfaulo")


def test_a_jobs_folder_depends_on_the_overrides_and_not_on_their_order():
    assert job_name(["seed=1", "fault=none"]) == job_name(["fault=none", "seed=1"])
    assert job_name(["seed=1"]) != job_name(["seed=2"])
    assert job_name(["dataset.root=/a/b c"]).isascii()
    assert "/" not in job_name(["dataset.root=/a/b c"])
    assert len(job_name([f"key{index}=value" for index in range(100)])) < 200


def test_the_times_and_the_error_are_the_last_that_the_log_tells():
    log = "train: LeNet1 on 5 samples, 3.1 s\nDVC says things, 9.9 s\ntrain: LeNet1 on 5 samples, 4.2 s\n"
    assert stage_times(log) == {"train": 4.2}
    assert last_error(log) == ""
    assert last_error("train: error: first\nERROR: failed\ntrain: error: second\nERROR: failed\n") == (
        "train: error: second"
    )


@pytest.mark.exhaustive
def test_the_real_graph_is_swept(tmp_path, monkeypatch):
    monkeypatch.setenv(CHILDREN, str(warm_folder() / "python"))
    workspace = Workspace(tmp_path)
    overrides = ["report.samples=2,3", "sweep.jobs=2", *(text for text in TINY if not text.startswith("report"))]
    finished = workspace.run(sys.executable, "-m", "stages.sweep", "-m", *overrides)
    assert "2 of 2 jobs done" in finished.stdout
    logs = [path.read_text() for path in (tmp_path / "sweep").glob("*/log.txt")]
    ran = [line for log in logs for line in log.splitlines() if line.startswith("Running stage")]
    assert ran.count("Running stage 'report':") == 2
    assert len(ran) == len(set(ran)) + 1
    with (tmp_path / "sweep/results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["report.samples"] for row in rows} == {"2", "3"}
    assert {"dfaulo_offline", "dfaulo_online", "loss"} <= {row["ranking"] for row in rows}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["raw"]
