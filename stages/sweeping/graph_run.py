"""Runs the graph in a job's workspace; a process of its own, started there by the sweep.

python -m stages.sweeping.graph_run <the job's folder> <folder of the locks> <1 to keep the workspace>
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from threading import Thread

from dvc.cli import main as dvc
from omegaconf import DictConfig, OmegaConf

from faultloc.io.stores.artifacts import save_json
from stages.sweeping.job import JobState, save_state
from stages.sweeping.locks import held, lock_names
from stages.sweeping.times import stage_times


def main(arguments: list[str]) -> int:
    """Runs stage by stage and keeps the results; returns the exit code."""
    folder, locks, keep_workspace = Path(arguments[0]), Path(arguments[1]), arguments[2] == "1"
    Thread(target=_end_with_the_sweep, daemon=True).start()
    with held(folder / ".lock"):
        graph, params = OmegaConf.load("dvc.yaml"), OmegaConf.load("params.yaml")
        assert isinstance(graph, DictConfig) and isinstance(params, DictConfig)
        for stage, lock in lock_names(graph, params).items():
            if not _run_stage(folder, stage, locks / lock):
                save_state(folder, JobState("failed", stage))
                return 1
        keep_results(folder, Path.cwd())
        if not keep_workspace:
            workspace = Path.cwd()
            os.chdir(folder)
            shutil.rmtree(workspace)
        save_state(folder, JobState("done"))
    return 0


def _run_stage(folder: Path, stage: str, lock: Path) -> bool:
    save_state(folder, JobState("running", stage))
    with held(lock, lambda: save_state(folder, JobState("running", stage, "waits for a job that computes the same"))):
        save_state(folder, JobState("running", stage))
        return dvc(["repro", "--single-item", stage]) == 0


def keep_results(folder: Path, workspace: Path) -> None:
    """Copies the results out of the workspace into the job's folder, whole or not at all."""
    copy, kept = folder / ".results.part", folder / "results"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(workspace / "results", copy)
    shutil.rmtree(kept, ignore_errors=True)
    copy.rename(kept)
    for name in ("params.yaml", "dvc.lock"):
        shutil.copy2(workspace / name, folder / name)
    save_json(folder / "times.json", stage_times((folder / "log.txt").read_text(errors="replace")))


def _end_with_the_sweep() -> None:
    # The sweep holds the other end of this pipe: it closes when the sweep ends, by whatever signal.
    os.read(0, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
