"""Models saved by a script of the user's own, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.io.models.saved_models import SCRIPT


@pytest.fixture(scope="session")
def users_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the user's module `own_net.py` and what it saved."""
    folder = tmp_path_factory.mktemp("users_models")
    (folder / "own_net.py").write_text(SCRIPT)
    subprocess.run([sys.executable, "own_net.py"], cwd=folder, check=True)
    return folder


@pytest.fixture
def in_users_folder(users_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as the current directory."""
    monkeypatch.chdir(users_folder)
    return users_folder
