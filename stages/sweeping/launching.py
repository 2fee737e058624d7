"""What a sweep asks of the launchers that start its jobs, and the process in which one job's graph runs."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from stages.sweeping.job import Job


class Launched(Protocol):
    """A job that runs, or waits in the queue of a cluster."""

    @property
    def job(self) -> Job:
        """Which one."""

    def has_ended(self) -> bool:
        """Whether nothing of it runs any more."""

    def end(self) -> None:
        """Ends it with all that it has started, if it still runs."""


class Launcher(Protocol):
    """Starts jobs; what becomes of each stands in its folder."""

    @property
    def at_once(self) -> int:
        """Jobs that may be started and not ended at the same time."""

    @property
    def look_every(self) -> float:
        """Seconds between two looks at what has become of them."""

    def left_running(self, jobs: Sequence[Job]) -> Sequence[Launched]:
        """Those of ``jobs`` that an earlier sweep has started, and that go on without it."""

    def start(self, jobs: Sequence[Job]) -> Sequence[Launched]:
        """Starts ``jobs``, whose workspaces are prepared."""


@dataclass(frozen=True)
class GraphRun:
    """How a job's graph is run: where the locks lie, whether its workspace stays, how many share the machine."""

    locks: Path
    keep_workspace: bool
    sharing: int

    def start(self, job: Job) -> subprocess.Popen[bytes]:
        """The process, in a group of its own; it ends when the other end of its input closes."""
        cores = len(os.sched_getaffinity(0))
        environment = {
            "FAULTLOC_WORKERS": str(max(1, cores // self.sharing)),
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",  # so that the lines of DVC and of the stages stand in the log in their order
        }
        arguments = [str(job.folder), str(self.locks), str(int(self.keep_workspace))]
        with job.log.open("ab") as log:
            log.write(b"--- the sweep starts the job\n")
            log.flush()
            return subprocess.Popen(
                [sys.executable, "-m", "stages.sweeping.graph_run", *arguments],
                cwd=job.workspace,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ends what ``GraphRun.start`` has started, with all that this has started itself."""
    assert process.stdin is not None
    process.stdin.close()
    process.wait()
