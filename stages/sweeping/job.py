"""One job of a sweep: its settings, its folder, and how far it has come."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from faultloc.io.stores.artifacts import load_json, save_json

Progress = Literal["waiting", "running", "done", "failed"]
_LONGEST_NAME = 100  # characters; file systems allow 255 bytes


@dataclass(frozen=True)
class Job:
    """The overrides that make the job, the text of its `params.yaml`, and the folder that keeps its results."""

    overrides: tuple[str, ...]
    params: str
    folder: Path

    @property
    def workspace(self) -> Path:
        """Where the graph runs: a copy of the project."""
        return self.folder / "workspace"

    @property
    def log(self) -> Path:
        """What the stages said, of every attempt."""
        return self.folder / "log.txt"

    @property
    def lock(self) -> Path:
        """Held by whoever works in the folder."""
        return self.folder / ".lock"

    @property
    def attempt(self) -> Path:
        """Names the submission to a cluster that the workspace belongs to; without it that submission is to end."""
        return self.folder / ".attempt"

    @property
    def settings(self) -> dict[str, str]:
        """The overrides as keys and values."""
        pairs = (override.lstrip("+").partition("=") for override in self.overrides)
        return {key: value for key, _, value in pairs}

    @property
    def is_done(self) -> bool:
        """Whether its results are complete and of these overrides."""
        return load_state(self.folder).progress == "done"


@dataclass(frozen=True)
class JobState:
    """How far a job has come, the stage that it is at or failed in, and a remark."""

    progress: Progress = "waiting"
    stage: str = ""
    remark: str = ""


def job_name(overrides: Sequence[str]) -> str:
    """A folder's name that says the overrides; the same for the same overrides, in whatever order they come."""
    # Choices of groups first: they say most.
    joined = ",".join(sorted(overrides, key=lambda override: (override.partition("=")[0].count("."), override)))
    digest = hashlib.sha256(joined.encode()).hexdigest()[:6]
    readable = re.sub(r"[^\w=.+-]+", "-", joined, flags=re.ASCII)[:_LONGEST_NAME].strip(".-")
    return f"{readable or 'defaults'}-{digest}"


def job_titles(jobs: Sequence[Job]) -> list[str]:
    """What tells each of ``jobs`` from the others: the overrides that not all of them share."""
    shared = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    own = ([override for override in job.overrides if override not in shared] for job in jobs)
    return [" ".join(overrides) or "the defaults" for overrides in own]


def save_state(folder: Path, state: JobState) -> None:
    """Writes ``state`` into the job's ``folder``."""
    save_json(folder / "state.json", asdict(state))


def load_state(folder: Path) -> JobState:
    """The state in the job's ``folder``; waiting where there is none that can be read."""
    try:
        return JobState(**load_json(folder / "state.json")) if (folder / "state.json").exists() else JobState()
    except (json.JSONDecodeError, TypeError):
        return JobState()
