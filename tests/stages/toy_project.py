"""A project with a toy graph of three stages under the real `conf/`, so that what is computed can be counted."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.stages.workspace import Workspace, environment
from tests.warm_python import CHILDREN, warm_folder

GRAPH = """
stages:
  gendata:
    cmd: python toy.py gendata data/dataset
    deps: [toy.py, "${dataset.watch}"]
    params: [seed, dataset]
    outs: [data/dataset]
  train:
    cmd: python toy.py train models/subject
    deps: [toy.py, data/dataset]
    params: [train.epochs]
    outs: [models/subject]
  evaluate:
    cmd: python toy.py evaluate results/evaluation/metrics.json
    deps: [toy.py, models/subject]
    params: [mutation.ratio]
    outs: [results/evaluation/metrics.json]
"""
# Says that it runs, in a file beside the project; breaks or hangs where a file there says so.
TOY = """
import json, os, sys, time
from pathlib import Path
from omegaconf import OmegaConf
stage, output = sys.argv[1], Path(sys.argv[2])
beside = Path(os.environ["TOY"])
params = OmegaConf.load("params.yaml")
with (beside / "runs.txt").open("a") as file:
    file.write(stage + "\\n")
if stage == "train":
    time.sleep(1)
    while (beside / "hang").exists():
        time.sleep(0.1)
if stage == "evaluate" and params.mutation.ratio == 0.9 and (beside / "broken").exists():
    sys.exit("evaluate: error: the toy is broken")
output.parent.mkdir(parents=True, exist_ok=True)
measured = {"loss": {"rauc": params.mutation.ratio, "pobl@5": 0.5}}
output.write_text(json.dumps(measured) if stage == "evaluate" else f"{stage} {params.seed} {params.train.epochs}")
print(f"{stage}: made, 1.0 s")
"""


class Toy:
    """A project with the toy graph, and what its stages said in ``beside``."""

    def __init__(self, folder: Path) -> None:
        (folder / "project").mkdir()
        self.workspace, self.beside = Workspace(folder / "project"), folder
        self.project = self.workspace.folder
        (self.project / "dvc.yaml").write_text(GRAPH)
        (self.project / "toy.py").write_text(TOY)
        self.environment = {**environment(), "TOY": str(folder)}

    def start(self, *arguments: str, interrupts_ignored: bool = False) -> subprocess.Popen[str]:
        """A sweep that can be sent signals; a shell starts what goes to the background with interrupts ignored."""
        disposition = signal.SIG_IGN if interrupts_ignored else signal.SIG_DFL
        return subprocess.Popen(
            [sys.executable, "-m", "stages.sweep", *arguments],
            cwd=self.project, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, disposition),
        )  # fmt: skip

    def sweep(self, *arguments: str) -> tuple[int, str]:
        """The exit code and what was printed."""
        own = {**self.environment, "PATH": f"{warm_folder()}{os.pathsep}{self.environment['PATH']}"}
        if not any(argument.startswith("hydra/launcher") for argument in arguments):  # they have children of their own
            own[CHILDREN] = str(warm_folder() / "python")
        finished = subprocess.run(
            [warm_folder() / "python", "-m", "stages.sweep", *arguments],
            cwd=self.project, env=own, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return finished.returncode, finished.stdout

    def ran(self) -> list[str]:
        """The stages that ran since this was last asked."""
        file = self.beside / "runs.txt"
        stages = sorted(file.read_text().split()) if file.exists() else []
        file.unlink(missing_ok=True)
        return stages

    def rows(self) -> list[dict[str, str]]:
        with (self.project / "sweep/results.csv").open() as file:
            return list(csv.DictReader(file))

    def start_and_wait_for_training(self, *arguments: str, interrupts_ignored: bool = False) -> subprocess.Popen[str]:
        """A sweep whose job hangs in `train`."""
        (self.beside / "hang").touch()
        process = self.start("-m", "seed=0", *arguments, interrupts_ignored=interrupts_ignored)
        runs = self.beside / "runs.txt"
        while not (runs.exists() and "train" in runs.read_text()):
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.05)
        return process
