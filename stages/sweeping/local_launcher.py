"""Jobs on this machine, each in a process group of its own: Hydra's basic and joblib launchers."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from stages.sweeping.job import Job
from stages.sweeping.launching import GraphRun, end_process


@dataclass(frozen=True)
class LocalProcess:
    """A job and its process, which ends when the sweep does, by whatever signal."""

    job: Job
    process: subprocess.Popen[bytes]

    def has_ended(self) -> bool:
        """Whether the process has."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Closes its input, which ends it."""
        end_process(self.process)


@dataclass(frozen=True)
class LocalLauncher:
    """``at_once`` processes side by side."""

    run: GraphRun
    at_once: int
    look_every: float = 0.2

    def left_running(self, jobs: Sequence[Job]) -> list[LocalProcess]:
        """None: they end with their sweep."""
        return []

    def start(self, jobs: Sequence[Job]) -> list[LocalProcess]:
        """A process for each of ``jobs``."""
        return [LocalProcess(job, self.run.start(job)) for job in jobs]
