"""Runs the whole graph for many settings, each in a folder of its own; what jobs share is computed once.

python -m stages.sweep -m experiment=dfaulo/quick fault=random_label,random_data seed=0,1
python -m stages.sweep -m mutation.ratio=0.03,0.05 sweep.jobs=2     two jobs side by side
python -m stages.sweep -m seed=0,1 hydra/launcher=submitit_slurm hydra.launcher.partition=gpu     on a cluster

The overrides are those of stages.compose, with commas between the values to try. The results go to sweep/: a folder
a job, results.csv, index.html. After an interruption or a failure the same command carries on.
"""

import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from faultloc.endings import EXPECTED, INTERRUPTED, Advice, ending_of
from faultloc.errors import ConfigError
from stages.settings.checking import unknown
from stages.settings.composition import composed_and_checked, faults_of_composition
from stages.shared.entry import CONF
from stages.sweeping.job import Job, job_name, job_titles
from stages.sweeping.launcher_choice import LauncherChoice, composed_launcher, is_of_launcher, make_launcher
from stages.sweeping.locks import held
from stages.sweeping.pool import run_jobs
from stages.sweeping.progress import outcomes, shown_progress
from stages.sweeping.settings import SweepSettings
from stages.sweeping.workspace import prepare_workspace, shared_cache, written_paths

TERMINATED = 143
_CARRY_ON = "the same command carries on here"
_ADVICE = Advice(
    interrupted=_CARRY_ON,
    out_of_memory="take fewer jobs at a time (sweep.jobs) or fewer samples (dataset.subset=...)",
    out_of_space=None,
    unusable_file=": make room or make it writable",
)
_ONLY_SHOWN = {"-c", "--cfg", "-i", "--info"}


def composed_jobs(arguments: list[str]) -> list[tuple[DictConfig, list[str]]]:
    """The configuration and the overrides of every job that ``arguments`` name, composed by Hydra."""
    composed: list[tuple[DictConfig, list[str]]] = []

    @hydra.main(version_base="1.3", config_path=CONF, config_name="sweep")
    def collect(config: DictConfig) -> None:
        # Nothing runs before all jobs are known, and nothing raises: Hydra would answer with a traceback.
        composed.append((config, list(HydraConfig.get().overrides.task)))

    if not _ONLY_SHOWN & set(arguments):
        # With any other launcher the jobs would be composed in processes of its own.
        own = [argument for argument in arguments if not is_of_launcher(argument)]
        first = next((index for index, argument in enumerate(own) if "=" in argument), len(own))
        sys.argv[1:] = [*own[:first], "hydra/launcher=basic", *own[first:]]
    collect()
    return composed


def faults_of_arguments(arguments: Sequence[str]) -> list[str]:
    """What is wrong with the first value of everything that ``arguments`` set, and with any option of a group."""
    settings = [one for one in arguments if not one.startswith("-") or "." in one.partition("=")[0]]
    flags = set(arguments) - {*settings, "-m", "--multirun"}
    # Hydra's own flags have values of their own, and may name another configuration.
    if flags:
        return []
    known = [f"sweep.{one.name}" for one in fields(SweepSettings)]
    own = [one.lstrip("+").partition("=")[0] for one in settings]
    wrong = [unknown(key, known) for key in own if key.startswith("sweep.") and key not in known]
    return [*wrong, *composed_and_checked(settings, Path(CONF), swept=True)[1]]


def faults_of_jobs(composed: Sequence[tuple[DictConfig, list[str]]]) -> list[str]:
    """What is wrong with any job, each fault once, with the overrides of the first job that has it."""
    found: dict[str, str] = {}
    for config, overrides in composed:
        params = OmegaConf.masked_copy(config, [str(key) for key in config if key != "sweep"])
        OmegaConf.resolve(params)
        for fault in faults_of_composition(params):
            found.setdefault(fault, f"{fault} (in the job {' '.join(overrides) or 'of the defaults'})")
    return list(found.values())


def _refuse(faults: Sequence[str]) -> int:
    for fault in faults:
        print(f"sweep: error: {fault}", file=sys.stderr)
    return 1


def make_job(config: DictConfig, overrides: list[str], folder: Path) -> Job:
    """The job that ``config`` describes.

    Raises:
        ConfigError: a value is missing.
    """
    params = OmegaConf.masked_copy(config, [str(key) for key in config if key != "sweep"])
    OmegaConf.resolve(params)
    # What only refers to a missing value is not asked for.
    if missing := sorted(key for key in OmegaConf.missing_keys(params) if not key.endswith(".watch")):
        raise ConfigError(f"a value is needed that has no default: add {' '.join(f'{key}=...' for key in missing)}")
    own = tuple(override for override in overrides if not override.startswith("sweep."))
    return Job(own, OmegaConf.to_yaml(params), folder / job_name(own))


def prepare_workspaces(jobs: list[Job], project: Path, cache: Path) -> None:
    """Makes the workspaces of ``jobs`` afresh; says so where it has to wait for a job of an earlier sweep."""
    for job, title in zip(jobs, job_titles(jobs), strict=True):
        say = partial(print, f"sweep: waits for {title}, which an earlier sweep has started", flush=True)
        prepare_workspace(job, project, cache, say)


class Terminated(KeyboardInterrupt):
    """The sweep was asked to end by SIGTERM: it ends as by Ctrl-C, its jobs with it."""


def end_on_termination() -> None:
    """Makes SIGTERM an interruption. In the background of a shell it is the only one: SIGINT is ignored there."""

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # asked twice, it still ends its jobs
        raise Terminated

    signal.signal(signal.SIGTERM, end)


def run_sweep(jobs: list[Job], settings: SweepSettings, choice: LauncherChoice, project: Path) -> int:
    """Runs ``jobs``, writes the tables, says what became of each; returns the exit code."""
    from stages.sweeping.tables import write_tables

    def refuse() -> None:
        raise ConfigError(f"another sweep runs in {settings.folder}/: wait for it, or name another with sweep.folder=")

    folder = project / settings.folder
    for path in written_paths(project):
        if folder.is_relative_to(project / path):
            raise ConfigError(f"sweep.folder is {settings.folder}, in what the stages write ({path}): name another")
    ended_by: KeyboardInterrupt | None = None
    with held(folder / ".lock", refuse):
        cache = shared_cache(project)
        locks = cache / "sweep-locks"
        with held(locks / "tried"):  # the cache's file system may be another, without locks
            pass
        launcher = make_launcher(choice, locks, jobs=settings.jobs, keep_workspaces=settings.keep_workspaces)
        try:
            running = launcher.left_running(jobs)
            found = {one.job.folder for one in running}
            new = [job for job in jobs if job.folder not in found]
            prepare_workspaces(new, project, cache)
            with shown_progress(jobs) as show:
                run_jobs(new, launcher, running=running, on_change=show)
        except KeyboardInterrupt as interruption:
            ended_by = interruption
        write_tables(folder, jobs)
    for line in outcomes(jobs):
        print(f"sweep: {line}")
    done = sum(job.is_done for job in jobs)
    print(f"sweep: {done} of {len(jobs)} jobs done; see index.html and results.csv in {settings.folder}/")
    if ended_by is not None:
        how = "terminated" if isinstance(ended_by, Terminated) else "interrupted"
        print(f"sweep: {how}; {_CARRY_ON}", file=sys.stderr)
        return TERMINATED if isinstance(ended_by, Terminated) else INTERRUPTED
    return 0 if done == len(jobs) else 1


def _without_jobs(arguments: list[str]) -> int:
    if {"-m", "--multirun"} & set(arguments) and not _ONLY_SHOWN & set(arguments):
        raise ConfigError("Hydra composed no job here; expected its basic sweeper")
    return 0  # Hydra has shown what was asked for instead


def main() -> int:
    """The command; a user's mistake ends in one sentence."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return 0
    if not Path("dvc.yaml").is_file():
        print(f"sweep: error: there is no dvc.yaml in {Path.cwd()}: start from the project's folder", file=sys.stderr)
        return 1
    end_on_termination()
    arguments = sys.argv[1:]
    project = Path.cwd()
    try:
        if faults := faults_of_arguments(arguments):
            return _refuse(faults)
        composed = composed_jobs(arguments)
        if not composed:
            return _without_jobs(arguments)
        first, overrides = composed[0]
        settings = SweepSettings(**{str(key): value for key, value in first.sweep.items()})
        jobs = [make_job(config, own, project / settings.folder) for config, own in composed]
        if faults := faults_of_jobs(composed):
            return _refuse(faults)
        choice = composed_launcher([*overrides, *filter(is_of_launcher, arguments)])
        return run_sweep(list({job.folder: job for job in jobs}.values()), settings, choice, project)
    except KeyboardInterrupt as error:  # before a job was started
        print(f"sweep: interrupted; {_CARRY_ON}", file=sys.stderr)
        return TERMINATED if isinstance(error, Terminated) else INTERRUPTED
    except OmegaConfBaseException as error:
        print(f"sweep: error: {error}", file=sys.stderr)
        return 1
    except HydraException as error:  # of the launcher's settings; why stands in its cause
        print(f"sweep: error: {' '.join(f'{error} {error.__cause__ or str()}'.split())}", file=sys.stderr)
        return 1
    except EXPECTED as error:
        ending = ending_of(error, _ADVICE)
        print(f"sweep: error: {ending.sentence}", file=sys.stderr)
        return ending.code


if __name__ == "__main__":
    sys.exit(main())
