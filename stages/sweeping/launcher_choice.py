"""Which launcher starts a sweep's jobs, said in Hydra's own words: `hydra/launcher=` and `hydra.launcher.<setting>=`.

Hydra composes the jobs and the launcher's settings; the plugins' own `launch` is not called. It hands over results only
when all jobs have succeeded, gives no handle on them meanwhile, and its jobs outlive a sweep that is interrupted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from hydra import compose, initialize_config_dir
from hydra.errors import MissingConfigException
from omegaconf import OmegaConf

from faultloc.errors import ConfigError, MissingPackageError
from stages.shared.entry import CONF
from stages.sweeping.launching import GraphRun, Launcher
from stages.sweeping.local_launcher import LocalLauncher

Kind = Literal["basic", "joblib", "local", "slurm"]
_KINDS: dict[str, Kind] = {
    "hydra._internal.core_plugins.basic_launcher.BasicLauncher": "basic",
    "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher": "joblib",
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher": "local",
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher": "slurm",
}
# For every option of Hydra's group, the package and our extra that brings it.
_PACKAGES = {
    "joblib": ("hydra-joblib-launcher", "joblib"),
    "submitit_local": ("hydra-submitit-launcher", "slurm"),
    "submitit_slurm": ("hydra-submitit-launcher", "slurm"),
}
_EXPECTED = f"expected basic, {', '.join(_PACKAGES)}, or a file in conf/hydra/launcher/ that starts from one of them"
_NO_LIMIT = 1_000_000  # Slurm has a queue of its own


@dataclass(frozen=True)
class LauncherChoice:
    """A launcher and its settings, those of Hydra's plugin."""

    kind: Kind
    settings: dict[str, object]


def is_of_launcher(argument: str) -> bool:
    """Whether an argument of the command line chooses the launcher or sets something of it."""
    return argument.lstrip("+~").startswith(("hydra/launcher", "hydra.launcher"))


def composed_launcher(overrides: Sequence[str]) -> LauncherChoice:
    """The launcher that `conf/sweep.yaml` with ``overrides`` names.

    Raises:
        MissingPackageError: the plugin that brings it is not installed.
        ConfigError: there is none of this name.
    """
    try:
        with initialize_config_dir(CONF, job_name="faultloc", version_base="1.3"):
            config = compose("sweep", overrides=list(overrides), return_hydra_config=True)
    except MissingConfigException as error:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        if group != "hydra/launcher":
            raise
        if option in _PACKAGES:
            package, extra = _PACKAGES[option]
            raise MissingPackageError(package, f"hydra/launcher={option}", extra) from error
        raise ConfigError(f"hydra/launcher is {option}; {_EXPECTED}") from error
    settings = cast(dict[str, object], OmegaConf.to_container(config.hydra.launcher, resolve=True))
    kind = _KINDS.get(str(settings.pop("_target_")))
    if kind is None:
        raise ConfigError(f"hydra/launcher is {config.hydra.runtime.choices['hydra/launcher']}; {_EXPECTED}")
    return LauncherChoice(kind, settings)


def make_launcher(choice: LauncherChoice, locks: Path, *, jobs: int, keep_workspaces: bool) -> Launcher:
    """The launcher; ``jobs`` is `sweep.jobs`, how many run side by side where the launcher does not say that itself.

    Raises:
        ConfigError: its settings have no meaning here.
    """
    if choice.kind == "joblib":
        _check_default(jobs, "hydra.launcher.n_jobs")
        jobs = _joblib_jobs(choice.settings)
    run = GraphRun(locks, keep_workspaces, sharing=jobs)
    if choice.kind in ("basic", "joblib"):
        return LocalLauncher(run, jobs)

    from stages.sweeping.submitit_launcher import SubmititLauncher, make_executor

    if choice.kind == "slurm":
        _check_default(jobs, "hydra.launcher.array_parallelism")
        jobs = _NO_LIMIT
    return SubmititLauncher(make_executor(choice.kind, choice.settings), run, jobs)


def _check_default(jobs: int, instead: str) -> None:
    if jobs != 1:
        raise ConfigError(f"sweep.jobs is {jobs}, but this launcher has its own setting for it: {instead}={jobs}")


def _joblib_jobs(settings: dict[str, object]) -> int:
    """How many processes joblib would run for its `n_jobs`."""
    import joblib
    from hydra_plugins.hydra_joblib_launcher.config import JobLibLauncherConf

    defaults = OmegaConf.to_container(OmegaConf.structured(JobLibLauncherConf))
    assert isinstance(defaults, dict)
    for key, value in settings.items():
        if key != "n_jobs" and value != defaults[key]:
            raise ConfigError(f"hydra.launcher.{key} is {value}; of joblib's settings a sweep takes only n_jobs")
    if settings["n_jobs"] == 0:
        raise ConfigError("hydra.launcher.n_jobs is 0; expected a number of jobs, or -1 for one a core")
    return int(joblib.effective_n_jobs(settings["n_jobs"]))
