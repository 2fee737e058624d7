"""A copy of the project in another folder, where the tests run the pipeline as a user does."""

import atexit
import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from omegaconf import OmegaConf

from tests.warm_python import warm_folder

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = ("stages", "faultloc", "conf", "targets", "dvc.yaml", "params.yaml", ".dvcignore")

# Small enough for seconds, large enough for every stage to have something to do.
TINY = (
    "dataset.subset=150",
    "dataset.test_subset=60",
    "fault.ratio=0.1",
    "train.epochs=2",
    "outlier.epochs=1",
    "mutation.epochs=1",
    "mutation.ratio=0.1",
    "suffix.mutants=4",
    "suffix.left_out=1",
    "suffix.checkpoints=[1,2]",
    "dfaulo.online.rounds=2",
    "dfaulo.online.per_round=10",
    "report.samples=4",
    "purify.epochs=1",
)


@cache
def _compiled_code() -> Path:
    """A copy of the code with its bytecode, made once in a test process: not every stage of every test compiles it."""
    folder = Path(tempfile.mkdtemp(prefix="code-"))
    atexit.register(shutil.rmtree, folder)
    for name in CODE:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            compileall.compile_dir(folder / name, quiet=1)
        else:
            shutil.copy2(source, folder / name)
    return folder


class Workspace:
    """A copy of the code under ``folder`` with a DVC cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(_compiled_code(), folder, dirs_exist_ok=True)
        (folder / ".dvc").mkdir()
        shutil.copy(REPOSITORY / ".dvc" / "config", folder / ".dvc" / "config")
        (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")

    def copied(self, folder: Path) -> "Workspace":
        """The same with all that has run in it, its cache too, under ``folder``, which must not be there."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return self.at(folder)

    @classmethod
    def at(cls, folder: Path) -> "Workspace":
        """The workspace that another one has made in ``folder``, with all that has run in it."""
        there = object.__new__(cls)
        there.folder = folder
        return there

    def run(self, *command: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs ``command`` in the workspace with this Python first on the path; the output of both streams as text.

        ``variables`` are added to its environment.

        Python, DVC and torchrun start warm (`tests/warm_python.py`); other programs, and what they start, as they do
        for a user.
        """
        program, *arguments = command
        program = "python" if program == sys.executable else program
        own = warm_environment() if program in ("python", "dvc", "torchrun") else environment()
        finished = subprocess.run(
            [shutil.which(program, path=own["PATH"]) or program, *arguments],
            cwd=self.folder,
            env=own | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not check or finished.returncode == 0, finished.stdout
        return finished

    def configure(self, *overrides: str) -> None:
        """Composes `params.yaml` from the tiny settings and ``overrides``."""
        self.run(sys.executable, "-m", "stages.compose", *TINY, *overrides)

    def reproduce(self) -> set[str]:
        """Runs `dvc repro`; the names of the stages that were executed, not taken from the cache."""
        return set(re.findall(r"^Running stage '(\w+)':$", self.run("dvc", "repro").stdout, re.MULTILINE))

    def forget(self, stages: set[str]) -> None:
        """Makes DVC know nothing of earlier runs of ``stages``."""
        lock = self.lock()
        lock["stages"] = {name: entry for name, entry in lock["stages"].items() if name not in stages}
        OmegaConf.save(OmegaConf.create(lock), self.folder / "dvc.lock")
        shutil.rmtree(self.folder / ".dvc" / "cache" / "runs")

    def lock(self) -> dict:
        """The content of `dvc.lock`."""
        return OmegaConf.to_container(OmegaConf.load(self.folder / "dvc.lock"))  # type: ignore[return-value]


def warm_environment() -> dict[str, str]:
    """The same, where `python`, `dvc`, `torchrun` and its ranks start warm (`tests/warm_python.py`)."""
    warm = environment()
    ranks = str(warm_folder() / "python")
    return {**warm, "PATH": f"{warm_folder()}{os.pathsep}{warm['PATH']}", "PYTHON_EXEC": ranks}


def environment() -> dict[str, str]:
    """The environment of a user whose virtual environment is active."""
    users = {name: value for name, value in os.environ.items() if name != "FAULTLOC_WORKERS"}
    return {**users, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
