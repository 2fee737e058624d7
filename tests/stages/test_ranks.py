"""The stages that torchrun may start, as several processes on the CPU of one machine."""

import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from safetensors.numpy import load_file

from tests.stages.workspace import Workspace, environment

pytestmark = pytest.mark.slow

LAUNCHER = "torchrun --standalone --nproc-per-node 2"
SHARED = ("data/mutation", "models/mutants", "data/suffix")
# Batches of 15, so that the two parts are never of the same size.
SETTINGS = ("train.batch_size=15",)
# Two epochs of ten steps. Adding 15 samples' gradients in another order moves each step by some 2**-24 of its size, and
# momentum keeps ten of them: 20 * 10 * 2**-24 is 1e-5.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Workspace:
    """A workspace in which one process has made the mutants and suffixes; tests leave it as they found it."""
    workspace = Workspace(tmp_path_factory.mktemp("done"))
    workspace.configure(*SETTINGS)
    workspace.run("dvc", "repro", "mutation", "suffix")
    return workspace


def torchrun(workspace: Workspace, *arguments: str) -> str:
    """The output of a start that is to succeed."""
    return workspace.run(*LAUNCHER.split(), "-m", *arguments).stdout


def contents(folder: Path, paths: tuple[str, ...]) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for path in paths
        for file in sorted((folder / path).rglob("*"))
        if file.is_file()
    }


def test_mutants_and_suffixes_of_two_processes_are_those_of_one_byte_for_byte(done):
    before = contents(done.folder, SHARED)
    for path in before:
        (done.folder / path).unlink()
    for stage in ("mutation", "suffix"):
        output = torchrun(done, f"stages.{stage}")
        assert len(re.findall(rf"^{stage}: ", output, re.MULTILINE)) == 1, "one process speaks for all"
    assert contents(done.folder, SHARED) == before


def test_dvc_starts_the_launcher_and_the_model_is_that_of_one_process_up_to_rounding(done):
    weights = load_file(done.folder / "models/subject/weights.safetensors")
    curve = pd.read_csv(done.folder / "results/train/curve.csv")
    lock = done.lock()["stages"]["train"]

    done.configure(*SETTINGS, f"runtime.launcher={LAUNCHER}")
    output = done.run("dvc", "repro", "train").stdout
    assert f"> {LAUNCHER} -m stages.train" in output
    assert len(re.findall(r"^train: ", output, re.MULTILINE)) == 1
    together = load_file(done.folder / "models/subject/weights.safetensors")
    assert weights.keys() == together.keys()
    for name in weights:
        np.testing.assert_allclose(together[name], weights[name], rtol=TOLERANCE, atol=TOLERANCE)
    np.testing.assert_allclose(pd.read_csv(done.folder / "results/train/curve.csv"), curve, rtol=TOLERANCE)

    done.configure(*SETTINGS)
    assert "Running stage" not in done.run("dvc", "repro", "train").stdout
    assert done.lock()["stages"]["train"] == lock


NETWORK = """
import os
import signal

from faultloc.errors import ModelError
from faultloc.subject.architectures import LeNet1


class Own(LeNet1):
    def forward(self, x):
        if self.training and os.environ["RANK"] in {ranks}:
            {end}
        return super().forward(x)
"""
RAISE = 'raise ModelError("a reason of its own")'


@pytest.mark.parametrize(
    ("ranks", "end", "sentence"),
    [
        (("0", "1"), RAISE, "a reason of its own"),
        (("1",), RAISE, "a reason of its own"),
        (("1",), "os.kill(os.getpid(), signal.SIGKILL)", "another of the 2 processes has ended"),
    ],
)
def test_a_rank_that_fails_ends_all_with_one_sentence_and_nothing_is_written(done, ranks, end, sentence):
    (done.folder / "own.py").write_text(NETWORK.format(ranks=ranks, end=end))
    before = contents(done.folder, ("models/subject",))
    # On a busy machine torchrun, which looks every tenth of a second, may end a rank before that has said why it ends.
    finished = done.run(
        *LAUNCHER.split(), "--monitor-interval=2", "-m", "stages.train", "model._target_=own.Own", check=False
    )
    assert finished.returncode != 0
    said = re.findall(r"^train: error: (.*)$", finished.stdout, re.MULTILINE)
    assert len(said) == 1, finished.stdout
    assert sentence in said[0]
    assert finished.stdout.count("Traceback") <= 1, "torchrun adds one of its own, the ranks none"
    assert contents(done.folder, ("models/subject",)) == before


def test_the_ranks_end_with_a_torchrun_that_is_killed(done):
    begun = 'open("begun", "a").close()'
    (done.folder / "own.py").write_text(NETWORK.format(ranks=("0", "1"), end=begun))
    torchrun = psutil.Popen(
        [*LAUNCHER.split(), "-m", "stages.train", "model._target_=own.Own", "train.epochs=1000000"],
        cwd=done.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (done.folder / "begun").exists():
        assert torchrun.poll() is None
        time.sleep(0.1)
    ranks = torchrun.children()
    assert len(ranks) == 2
    torchrun.kill()
    _, left = psutil.wait_procs(ranks, timeout=60)
    for process in left:
        process.kill()
    assert not left
