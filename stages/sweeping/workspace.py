"""The folder in which a job runs the graph: a copy of the code, links to everything that is read, nothing written yet.

Paths relative to the project's folder stay valid in it, so that the parameters, and with them the keys of the cache,
are those that the project itself has: what one job or `dvc repro` has computed is taken from the cache by all others.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from omegaconf import OmegaConf

from faultloc.errors import ConfigError
from stages.compose import HEADER
from stages.sweeping.job import Job, JobState, save_state
from stages.sweeping.locks import held, outputs_of

# Copied, so that code edited during the sweep changes no job.
_CODE = ("stages", "faultloc", "conf", "dvc.yaml", ".dvcignore")
_OF_THE_PROJECT_ALONE = ("dvc.lock", "params.yaml", "logs", "dvc_plots")


def shared_cache(project: Path) -> Path:
    """The folder of the project's DVC cache."""
    asked = subprocess.run(["dvc", "cache", "dir"], cwd=project, capture_output=True, text=True)
    if asked.returncode != 0:
        raise ConfigError(
            f"DVC finds no cache here ({' '.join(asked.stderr.split())[:200]}); expected a git checkout, or an archive "
            "after `make repro`"
        )
    return Path(asked.stdout.splitlines()[-1])


def has_workspace(job: Job) -> bool:
    """Whether its workspace is there, with the settings that it has now."""
    params = job.workspace / "params.yaml"
    return params.exists() and params.read_text() == HEADER + job.params


def prepare_workspace(job: Job, project: Path, cache: Path, on_wait: Callable[[], None] = lambda: None) -> None:
    """Makes the workspace of ``job`` afresh; ``cache`` is where DVC keeps and finds results.

    A job whose sweep was killed may have a moment to go; one on a cluster runs to its end: ``on_wait`` is called first.
    """
    with held(job.lock, on_wait):
        job.attempt.unlink(missing_ok=True)
        if job.workspace.exists():
            shutil.rmtree(job.workspace)
        job.workspace.mkdir(parents=True)
        for name in _CODE:
            source, copy = project / name, job.workspace / name
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, copy)
        written = [job.workspace / path for path in written_paths(project)]
        # Data that a stage downloads go where the project would have them.
        (project / "data" / "raw").mkdir(parents=True, exist_ok=True)
        _link_entries(project, job.workspace, written)
        (job.workspace / "params.yaml").write_text(HEADER + job.params)
        _write_dvc_settings(job.workspace, project, cache)
        save_state(job.folder, JobState())


def written_paths(project: Path) -> list[str]:
    """What the stages of the project write."""
    return [path for stage in OmegaConf.load(project / "dvc.yaml").stages.values() for path in outputs_of(stage)]


def _link_entries(source: Path, target: Path, written: list[Path]) -> None:
    """Links what lies in ``source`` into ``target``; folders that hold something ``written`` are made and walked."""
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        link = target / entry.name
        if link.exists() or entry.name.startswith(".") or entry.suffix == ".dvc":
            continue
        if entry.name in _OF_THE_PROJECT_ALONE or target.is_relative_to(entry) or link in written:
            continue
        if entry.is_dir() and any(path.is_relative_to(link) for path in written):
            _link_entries(entry, link, written)
        else:
            link.symlink_to(entry.absolute())


def _write_dvc_settings(workspace: Path, project: Path, cache: Path) -> None:
    folder = workspace / ".dvc"
    folder.mkdir()
    shutil.copy2(project / ".dvc" / "config", folder / "config")
    # Quoted, or a comma in a path would make it a list.
    settings = f"""[core]
    no_scm = true
    site_cache_dir = "{folder / "site"}"
[cache]
    dir = "{cache}"
"""
    (folder / "config.local").write_text(settings)
