"""Jobs in the queue of a Slurm cluster, or in submitit's processes on this machine: Hydra's submitit launchers.

The jobs are handed to submitit with the settings that Hydra's plugin has under `hydra.launcher`. They outlive a sweep
that is killed: the next one finds those that run by the lock that each holds on its folder.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faultloc.errors import ConfigError
from stages.sweeping.job import Job, JobState, load_state, save_state
from stages.sweeping.launching import GraphRun, end_process
from stages.sweeping.locks import is_held
from stages.sweeping.workspace import has_workspace

if TYPE_CHECKING:
    import submitit


@dataclass(frozen=True)
class QueuedGraph:
    """What the cluster calls: runs the graph of a job, unless a later sweep has taken its workspace over."""

    job: Job
    run: GraphRun
    attempt: str

    def __call__(self) -> int:
        """The exit code of the graph."""
        mark = self.job.workspace / _MARK
        if not mark.exists() or mark.read_text() != self.attempt:
            print("a later sweep has taken this job over: nothing is done")
            return 0
        process = self.run.start(self.job)
        try:
            return process.wait()
        finally:
            end_process(process)

    def checkpoint(self) -> "submitit.helpers.DelayedSubmission":
        """The same again, for a job that is taken off its machine: the stages that are finished are in the cache."""
        import submitit

        return submitit.helpers.DelayedSubmission(self)


_MARK = ".attempt"


@dataclass(frozen=True)
class SubmittedJob:
    """A job and what submitit knows of it."""

    job: Job
    submitted: "submitit.Job[int]"

    def has_ended(self) -> bool:
        """Whether it has, as far as the cluster says."""
        return self.submitted.done()

    def end(self) -> bool:
        """Cancels it, or says in its log how the cluster ended it."""
        if not self.has_ended():
            self.submitted.cancel(check=False)
        elif load_state(self.job.folder).progress not in ("done", "failed"):
            reason = f"submitit: error: job {self.submitted.job_id} ended before its graph did"
            with self.job.log.open("a") as log:
                log.write(f"{reason} (state: {self.submitted.state}), see {self.submitted.paths.stderr}\n")
        return True


@dataclass(frozen=True)
class LeftRunning:
    """A job that an earlier sweep has submitted and that still runs."""

    job: Job

    def has_ended(self) -> bool:
        """Whether it has let go of its folder."""
        return not is_held(self.job.lock)

    def end(self) -> bool:
        """Leaves it alone if it runs: only the cluster knows it by now."""
        return self.has_ended()


@dataclass(frozen=True)
class SubmititLauncher:
    """Hands jobs to submitit."""

    executor: "submitit.AutoExecutor"
    run: GraphRun
    at_once: int
    look_every: float = 1.0

    def left_running(self, jobs: Sequence[Job]) -> list[LeftRunning]:
        """Those that run with the settings that they have now; with others they are waited for and run again."""
        return [LeftRunning(job) for job in jobs if has_workspace(job) and is_held(job.lock)]

    def start(self, jobs: Sequence[Job]) -> list[SubmittedJob]:
        """Submits ``jobs``, on Slurm as one array."""
        attempt = secrets.token_hex(8)
        for job in jobs:
            (job.workspace / _MARK).write_text(attempt)
            save_state(job.folder, JobState(remark="in the queue"))
        submitted = self.executor.submit_array([QueuedGraph(job, self.run, attempt) for job in jobs])
        return [SubmittedJob(job, of_job) for job, of_job in zip(jobs, submitted, strict=True)]


def make_executor(cluster: str, settings: Mapping[str, object]) -> "submitit.AutoExecutor":
    """The executor of ``cluster`` (local, slurm) with what Hydra's plugin has as ``settings``.

    Raises:
        ConfigError: there is no such cluster here, or it takes no such setting.
    """
    import submitit
    from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf

    # As the plugin does it: its own settings go by their name, those of one cluster with its name before them.
    first = {f"{cluster}_{key}": settings[key] for key in ("max_num_timeout",) if key in settings}
    others = {key: value for key, value in settings.items() if key not in ("submitit_folder", "max_num_timeout")}
    shared = set(BaseQueueConf.__dataclass_fields__)
    try:
        executor = submitit.AutoExecutor(folder=str(settings["submitit_folder"]), cluster=cluster, **first)
        executor.update_parameters(
            **{key if key in shared else f"{cluster}_{key}": value for key, value in others.items()}
        )
    except (RuntimeError, ValueError, NameError, AssertionError) as error:
        raise ConfigError(f"hydra/launcher=submitit_{cluster} cannot be used here: {error}") from error
    return executor
