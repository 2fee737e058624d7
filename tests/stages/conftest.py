"""The pipeline's one undisturbed run on small data, which several files look at or carry on from."""

import os
from pathlib import Path

import pytest
from filelock import FileLock
from omegaconf import OmegaConf

from tests.stages.workspace import Workspace


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory) -> Workspace:
    """A workspace in which the whole pipeline has run once, the same for all test processes.

    Nobody changes it: what changes something works on `whole_run.copied(folder)`.
    """
    own: Path = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / "whole_run.lock"):
        folder = shared / "whole_run"
        if (shared / "whole_run.done").exists():
            return Workspace.at(folder)
        folder.mkdir()
        made = Workspace(folder)
        made.configure()
        assert made.reproduce() == set(OmegaConf.load(folder / "dvc.yaml").stages)
        (shared / "whole_run.done").touch()
        return made
