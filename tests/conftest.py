"""Types are checked while the tests run: array shapes by jaxtyping, the rest by beartype."""

import gc
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pytest

# Before jaxtyping imports NumPy: as many tests as cores run side by side, and threads that wait for a core spin on it.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
# The same of processes that train mutants; stages and commands that a test starts have as many as a user's.
os.environ.setdefault("FAULTLOC_WORKERS", "1")

from tests.checked_types import check_types

check_types("faultloc")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.stages.workspace import Workspace

# What results and behaviour hang on: docs/versions.md says which of them were tried together.
_REPORTED = [
    "torch",
    "torchvision",
    "numpy",
    "scikit-learn",
    "scipy",
    "pandas",
    "dvc",
    "hydra-core",
    "lightning",
    "transformers",
    "keras",
    "datasets",
]


def pytest_report_header() -> str:
    """The versions that this run is about, at the head of its log."""
    return f"versions: Python {platform.python_version()}, {', '.join(map(_named_version, _REPORTED))}"


def _named_version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} absent"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Three test processes for two cores: a test that waits for a browser or a stage leaves its core to another."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # pytest-xdist takes it
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


def pytest_sessionfinish() -> None:
    from tests.warm_python import stop_warm_python

    stop_warm_python()


@pytest.fixture(autouse=True, scope="session")
def _torch_as_in_the_stages() -> None:
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for the tests of a file, which open tabs of their own."""
    from tests.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> "Workspace":
    """A workspace in which the pipeline has run once on small data, undisturbed, the same for all test processes.

    Nobody changes it: what changes something works on `whole_run.copied(folder)`.
    """
    from filelock import FileLock
    from omegaconf import OmegaConf

    from tests.stages.workspace import Workspace

    own = tmp_path_factory.getbasetemp()
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: workers take files in this order, and none is left with a long one at the end.

    Of these one that needs `whole_run` first, the others last, so that no worker waits while another one makes it.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    sharing = {item.path for item in items if "whole_run" in getattr(item, "fixturenames", ())} & slow
    makes_it = min(sharing, default=None)

    def turn(item: pytest.Item) -> int:
        if item.path == makes_it:
            return 0
        return 3 if item.path not in slow else 2 if item.path in sharing else 1

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """The collector need not look again at all that was imported: each look would take .4 s."""
    gc.collect()
    gc.freeze()
