"""Jobs in the queue of a Slurm cluster, or in submitit's processes on this machine: Hydra's submitit launchers.

The jobs are handed to submitit with the settings that Hydra's plugin has under `hydra.launcher`. They outlive a sweep
that is killed: the next one finds those that run by the lock that each holds on its folder.
"""

import secrets
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faultloc.errors import ConfigError
from stages.sweeping.job import Job, JobState, load_state, save_state
from stages.sweeping.launching import GraphRun, end_process
from stages.sweeping.locks import is_held
from stages.sweeping.workspace import has_workspace

if TYPE_CHECKING:
    import submitit

_LOOK_EVERY = 1.0  # seconds


@dataclass(frozen=True)
class QueuedGraph:
    """What the cluster calls: runs the graph of a job, unless that was cancelled or a later sweep has taken it over."""

    job: Job
    run: GraphRun
    attempt: str

    def __call__(self) -> int | None:
        """The exit code of the graph; None where it was not to run, or not to its end."""
        self.job.folder.touch()  # so that NFS looks again at what lies in it
        if not self._is_wanted():
            return None
        process = self.run.start(self.job)
        try:
            while process.poll() is None and self._is_wanted():
                time.sleep(_LOOK_EVERY)
            return process.returncode
        finally:
            end_process(process)

    def _is_wanted(self) -> bool:
        try:
            return self.job.attempt.read_text() == self.attempt
        except FileNotFoundError:
            return False
        except OSError:  # a network file system that hesitates is no reason to end hours of work
            return True

    def checkpoint(self) -> "submitit.helpers.DelayedSubmission":
        """The same again, for a job that is taken off its machine: the stages that are finished are in the cache."""
        import submitit

        return submitit.helpers.DelayedSubmission(self)


@dataclass(frozen=True)
class SubmittedJob:
    """A job and what submitit knows of it."""

    job: Job
    submitted: "submitit.Job[int | None]"

    def has_ended(self) -> bool:
        """Whether it has, as far as the cluster says."""
        return self.submitted.done()

    def end(self) -> None:
        """Cancels it, or says in its log how the cluster ended it."""
        if not self.has_ended():
            self.job.attempt.unlink(missing_ok=True)
            self.submitted.cancel(check=False)  # for what still waits in the queue
        elif load_state(self.job.folder).progress not in ("done", "failed"):
            reason = f"submitit: error: job {self.submitted.job_id} ended before its graph did"
            with self.job.log.open("a") as log:
                log.write(f"{reason} (state: {self.submitted.state}), see {self.submitted.paths.stderr}\n")


@dataclass(frozen=True)
class LeftRunning:
    """A job that an earlier sweep has submitted and that still runs."""

    job: Job

    def has_ended(self) -> bool:
        """Whether it has let go of its folder."""
        return not is_held(self.job.lock)

    def end(self) -> None:
        """Cancels it, if it still runs."""
        self.job.attempt.unlink(missing_ok=True)


@dataclass(frozen=True)
class SubmititLauncher:
    """Hands jobs to submitit."""

    executor: "submitit.AutoExecutor"
    run: GraphRun
    at_once: int
    look_every: float = _LOOK_EVERY

    def left_running(self, jobs: Sequence[Job]) -> list[LeftRunning]:
        """Those that run with the settings that they have now; with others they are waited for and run again."""
        return [LeftRunning(job) for job in jobs if job.attempt.exists() and has_workspace(job) and is_held(job.lock)]

    def start(self, jobs: Sequence[Job]) -> list[SubmittedJob]:
        """Submits ``jobs``, on Slurm as one array.

        Raises:
            ConfigError: the cluster refuses them.
        """
        attempt = secrets.token_hex(8)
        for job in jobs:
            job.attempt.write_text(attempt)
            save_state(job.folder, JobState(remark="in the queue"))
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        try:
            with _uninterrupted():
                submitted = self.executor.submit_array([QueuedGraph(job, self.run, attempt) for job in jobs])
        except (FailedJobError, FailedSubmissionError, OSError) as error:
            said = " ".join(str(error).split())
            raise ConfigError(f"the cluster takes no jobs with these settings of hydra.launcher: {said}") from error
        return [SubmittedJob(job, of_job) for job, of_job in zip(jobs, submitted, strict=True)]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Inside, Ctrl-C does nothing, or jobs would be left that nobody knows of; nor later in what is started here.

    Submitit's own processes would answer it with a traceback.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
