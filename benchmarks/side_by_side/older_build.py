"""Two builds in folders of their own, so that both are run from a fresh checkout and neither touches this one."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class NoSuchBuild(Exception):
    """One sentence on why there is nothing to compare with."""


@contextmanager
def older_build(revision: str) -> Iterator[Path]:
    """A folder with ``revision`` checked out, without anything that git does not know; gone after the block.

    Run it with the folder as the working directory and `python -m ...`: then Python imports that folder's code,
    wherever the project is installed from.

    Raises:
        NoSuchBuild: this is no git checkout, or has no such revision.
    """
    with tempfile.TemporaryDirectory(prefix="faultloc-build-") as parent:
        folder = Path(parent) / "build"
        _git("worktree", "add", "--quiet", "--detach", str(folder), revision)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


@contextmanager
def this_build() -> Iterator[Path]:
    """A folder with this checkout as it stands, also what is not committed yet; gone after the block."""
    with older_build("HEAD") as folder:
        changed = _git("diff", "--name-only", "--no-renames", "-z", "HEAD") + _git(
            "ls-files", "-z", "--others", "--exclude-standard"
        )
        for name in filter(None, changed.split("\0")):
            (folder / name).unlink(missing_ok=True)
            if (REPOSITORY / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, folder / name)
        yield folder


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoSuchBuild(f"git {arguments[0]} says: {' '.join(done.stderr.split())}; expected a checkout with history")
    return done.stdout
