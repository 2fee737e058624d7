"""Sweeps whose jobs are started by Hydra's launchers, over the toy graph."""

import errno
import signal
import subprocess
import sys
import time

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore

from faultloc.errors import ConfigError, MissingPackageError
from stages.shared.entry import CONF
from stages.sweeping.job import Job
from stages.sweeping.launcher_choice import LauncherChoice, composed_launcher, make_launcher
from stages.sweeping.launching import GraphRun
from stages.sweeping.locks import held, is_held
from stages.sweeping.submitit_launcher import QueuedGraph
from tests.stages.pretended_slurm import PretendedSlurm
from tests.stages.toy_project import Toy

pytestmark = pytest.mark.slow
JOBLIB, LOCAL, SLURM = (
    ("hydra/launcher=joblib",),
    ("hydra/launcher=submitit_local",),
    ("hydra/launcher=submitit_slurm",),
)


@pytest.fixture
def toy(tmp_path) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def joblib_plugin() -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher", reason="needs the extra joblib")


@pytest.fixture
def submitit_plugin() -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="needs the extra slurm")


def test_joblibs_number_of_jobs_run_side_by_side_and_compute_once_what_they_share(toy, joblib_plugin):
    code, said = toy.sweep("-m", "mutation.ratio=0.1,0.2", *JOBLIB, "hydra.launcher.n_jobs=2")
    assert code == 0, said
    assert "waits for a job that computes the same" in said
    assert toy.ran() == ["evaluate", "evaluate", "gendata", "train"]
    assert {row["mutation.ratio"]: row["rauc"] for row in toy.rows()} == {"0.1": "0.1", "0.2": "0.2"}


@pytest.mark.exhaustive
def test_a_failed_job_of_submitit_stops_no_other_and_is_tried_again(toy, submitit_plugin):
    (toy.beside / "broken").touch()
    own = ("-m", "mutation.ratio=0.9,0.2", "sweep.jobs=2", *LOCAL)
    code, said = toy.sweep(*own)
    assert code == 1, said
    assert "evaluate: error: the toy is broken" in said
    assert {row["mutation.ratio"]: row["state"] for row in toy.rows()} == {"0.9": "failed", "0.2": "done"}
    assert toy.ran() == ["evaluate", "evaluate", "gendata", "train"]
    (toy.beside / "broken").unlink()
    code, said = toy.sweep(*own)
    assert code == 0, said
    assert toy.ran() == ["evaluate"]
    assert {row["state"] for row in toy.rows()} == {"done"}


@pytest.mark.exhaustive
def test_an_interrupted_sweep_cancels_what_it_submitted_and_the_same_command_carries_on(toy, submitit_plugin):
    process = toy.start_and_wait_for_training(*LOCAL)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[0]
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert [row["state"] for row in toy.rows()] == ["waiting"]
    (toy.beside / "hang").unlink()
    assert toy.ran() == ["gendata", "train"]
    code, said = toy.sweep("-m", "seed=0", *LOCAL)
    assert code == 0, said
    assert toy.ran() == ["evaluate", "train"]


@pytest.mark.exhaustive
def test_a_submitted_job_outlives_a_killed_sweep_and_the_same_command_finds_it(toy, submitit_plugin):
    process = toy.start_and_wait_for_training(*LOCAL)
    process.kill()
    process.wait()
    again = toy.start("-m", "seed=0", *LOCAL)
    assert again.stdout is not None
    assert again.stdout.readline() == "sweep: seed=0: running in train\n"
    (toy.beside / "hang").unlink()
    said = again.communicate()[0]
    assert again.returncode == 0, said
    assert toy.ran() == ["evaluate", "gendata", "train"]
    assert [row["state"] for row in toy.rows()] == ["done"]


@pytest.mark.exhaustive
def test_slurm_gets_one_array_with_the_settings_and_a_job_that_it_kills_stops_no_other(toy, submitit_plugin):
    slurm = PretendedSlurm(toy.beside / "slurm")
    toy.environment["PATH"] = slurm.path(toy.environment["PATH"])
    (toy.beside / "hang").touch()
    resources = ("partition=gpu", "timeout_min=600", "gpus_per_node=1", "cpus_per_task=8", "array_parallelism=4")
    own = ("-m", "seed=0,1", *SLURM, *(f"hydra.launcher.{setting}" for setting in resources))
    process = toy.start(*own)
    runs = toy.beside / "runs.txt"
    while not (runs.exists() and runs.read_text().count("train") == 2):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    subprocess.run([slurm.commands / "scancel", "1_0"], check=True)
    (toy.beside / "hang").unlink()
    said = process.communicate()[0]
    assert process.returncode == 1, said
    assert {row["seed"]: row["state"] for row in toy.rows()} == {"0": "failed", "1": "done"}
    assert "submitit: error: job 1_0 ended before its graph did (state: CANCELLED)" in said
    (options,) = slurm.submitted()
    wanted = {"--partition=gpu", "--time=600", "--gpus-per-node=1", "--cpus-per-task=8", "--array=0-1%2"}
    assert wanted <= options
    assert toy.sweep(*own)[0] == 0
    assert {row["state"] for row in toy.rows()} == {"done"}


def test_what_slurm_refuses_is_answered_with_its_own_words(toy, submitit_plugin):
    toy.environment["PATH"] = PretendedSlurm(toy.beside / "slurm").path(toy.environment["PATH"])
    code, said = toy.sweep("-m", "seed=0,1", *SLURM, "hydra.launcher.partition=none")
    assert code == 1
    assert "invalid partition specified: none" in said
    assert "Traceback" not in said
    assert toy.ran() == []


def test_a_launcher_can_have_a_file_of_its_own_in_conf(toy, joblib_plugin):
    (toy.project / "conf/hydra/launcher").mkdir(parents=True)
    (toy.project / "conf/hydra/launcher/ours.yaml").write_text("defaults:\n  - joblib\nn_jobs: 2\n")
    code, said = toy.sweep("-m", "seed=0", "hydra/launcher=ours", "sweep.jobs=3")
    assert code == 1
    assert "sweep.jobs is 3, but this launcher has its own setting for it: hydra.launcher.n_jobs=3" in said


@pytest.mark.parametrize(
    ("launcher", "extra"), [("joblib", "joblib"), ("submitit_local", "slurm"), ("submitit_slurm", "slurm")]
)
def test_a_launcher_whose_package_is_missing_is_answered_with_what_to_install(launcher, extra, monkeypatch):
    with initialize_config_dir(CONF, version_base="1.3"):
        compose("sweep")  # Hydra looks for plugins once
    monkeypatch.delitem(ConfigStore.instance().repo["hydra"]["launcher"], f"{launcher}.yaml", raising=False)
    with pytest.raises(MissingPackageError, match=rf"hydra/launcher={launcher} needs .*'faultloc\[{extra}\]'"):
        composed_launcher([f"hydra/launcher={launcher}"])


def test_a_launcher_that_nobody_has_is_answered_with_those_there_are():
    with pytest.raises(ConfigError, match=r"hydra/launcher is ray; expected basic, joblib, submitit_local"):
        composed_launcher(["hydra/launcher=ray"])


@pytest.mark.parametrize(("setting", "named"), [("timeout=5", "timeout"), ("n_jobs=0", "n_jobs")])
def test_a_setting_of_joblib_that_has_no_meaning_here_is_refused(setting, named, tmp_path, joblib_plugin):
    choice = composed_launcher([*JOBLIB, f"hydra.launcher.{setting}"])
    with pytest.raises(ConfigError, match=rf"hydra\.launcher\.{named}"):
        make_launcher(choice, tmp_path, jobs=1, keep_workspaces=False)


def test_slurm_where_there_is_none_is_answered_with_a_sentence(tmp_path, submitit_plugin, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"submitit_slurm cannot be used here: .*srun"):
        make_launcher(composed_launcher(SLURM), tmp_path, jobs=1, keep_workspaces=False)


def test_the_defaults_are_jobs_of_this_machine():
    assert composed_launcher([]) == LauncherChoice("basic", {})


def test_launchers_are_loaded_only_when_asked_for():
    loaded = "import sys, stages.sweep; assert not {'submitit', 'joblib', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", loaded], check=True)


def test_a_file_system_without_locks_is_answered_with_a_sentence(tmp_path, monkeypatch):
    def refuse(file: object, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(ConfigError, match=r"gives out no locks \(Function not implemented\)"), held(tmp_path / "lock"):
        pass


def test_a_lock_is_seen_from_outside_as_long_as_it_is_held(tmp_path):
    assert not is_held(tmp_path / "lock")
    with held(tmp_path / "lock"):
        assert is_held(tmp_path / "lock")
    assert not is_held(tmp_path / "lock")


def test_the_cluster_runs_nothing_of_a_job_that_was_cancelled_or_taken_over(tmp_path):
    job = Job((), "", tmp_path)
    queued = QueuedGraph(job, GraphRun(tmp_path, False, 1), "first")
    assert queued() is None
    job.attempt.write_text("second")
    assert queued() is None
    assert not job.log.exists()
