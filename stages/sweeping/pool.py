"""Runs the jobs of a sweep, several side by side, each in a process group of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stages.sweeping.job import Job, JobState, load_state, save_state

_LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True)
class Running:
    """A job and its process."""

    job: Job
    process: subprocess.Popen[bytes]


def run_jobs(
    jobs: Sequence[Job], *, at_once: int, locks: Path, keep_workspaces: bool, on_change: Callable[[], None]
) -> None:
    """Runs all ``jobs``, whose workspaces are prepared, ``at_once`` at a time; one that fails stops no other.

    What became of a job stands in its folder. ``on_change`` is called again and again while they run.
    """
    waiting, running = list(jobs), list[Running]()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(_started(waiting.pop(0), at_once, locks, keep_workspaces))
            on_change()
            time.sleep(_LOOK_EVERY)
            for ended in [one for one in running if one.process.poll() is not None]:
                running.remove(ended)
                _close(ended)
    finally:
        # After an interruption: the end of its input ends a job with all that it has started.
        for one in running:
            _close(one)
    on_change()


def _started(job: Job, at_once: int, locks: Path, keep_workspace: bool) -> Running:
    cores = len(os.sched_getaffinity(0))
    environment = {
        "FAULTLOC_WORKERS": str(max(1, cores // at_once)),
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",  # so that the lines of DVC and of the stages stand in the log in their order
    }
    command = [sys.executable, "-m", "stages.sweeping.graph_run", str(job.folder), str(locks), str(int(keep_workspace))]
    with job.log.open("ab") as log:
        log.write(b"--- the sweep starts the job\n")
        log.flush()
        process = subprocess.Popen(
            command,
            cwd=job.workspace,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(job, process)


def _close(one: Running) -> None:
    still_running = one.process.poll() is None
    assert one.process.stdin is not None
    one.process.stdin.close()
    one.process.wait()
    state = load_state(one.job.folder)
    if still_running and state.progress != "done":
        save_state(one.job.folder, JobState("waiting", state.stage, "interrupted"))
    elif one.process.returncode != 0 and state.progress != "failed":
        save_state(one.job.folder, JobState("failed", state.stage))
