"""The same matrix as DVC experiments, in a git checkout: DVC's own queue, which `docs/sweeps.md` describes."""

import csv
import io
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stages.toy_project import Toy
from tests.stages.workspace import REPOSITORY, warm_environment

_LOOKS = 120  # a second and the start of `dvc` each


class Checkout:
    """The toy project under git, its result a metric that `dvc exp show` lists."""

    def __init__(self, folder: Path) -> None:
        self.toy = Toy(folder)
        self.project = self.toy.project
        graph = self.project / "dvc.yaml"
        result = "[results/evaluation/metrics.json]"
        graph.write_text(graph.read_text().replace(f"outs: {result}", f"metrics: {result}"))
        (self.project / ".dvc/config.local").unlink()  # which says that there is no git
        shutil.copy(REPOSITORY / ".gitignore", self.project)
        person = {f"GIT_{role}_{key}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        self.environment = {**self.toy.environment, **person}
        self.run("git", "init", "--quiet")
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "the toy")

    def run(self, program: str, *arguments: str) -> str:
        """What the command prints, with DVC started warm; to a file, because a worker that it starts keeps it open."""
        said = self.project.parent / "said.txt"
        with said.open("w") as file:
            subprocess.run(
                [shutil.which(program, path=warm_environment()["PATH"]) or program, *arguments],
                cwd=self.project, env=self.environment, check=True, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return said.read_text()

    def wait_for_workers(self) -> None:
        """Returns when nothing waits in the queue or runs."""
        for _ in range(_LOOKS):
            status = self.run("dvc", "queue", "status")
            if not re.search(r"\b(Queued|Running)$", status, re.MULTILINE):
                return
            time.sleep(1)
        raise AssertionError(f"the queue does not end: {status}")

    def experiments(self) -> dict[str, str]:
        """For every experiment's `mutation.ratio` the metric that its last stage made of it."""
        rows = csv.DictReader(io.StringIO(self.run("dvc", "exp", "show", "--csv")))
        return {row["mutation.ratio"]: row["loss.rauc"] for row in rows if row["typ"].startswith("branch")}


@pytest.fixture
def checkout(tmp_path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path)
    yield checkout
    checkout.run("dvc", "queue", "stop", "--kill")


@pytest.mark.exhaustive
@pytest.mark.parametrize("by_workers", [True, False])
def test_dvcs_own_queue_runs_the_matrix_and_lists_it(checkout, by_workers):
    checkout.run("dvc", "exp", "run", "--queue", "-S", "mutation.ratio=0.1,0.2")
    if by_workers:
        checkout.run("dvc", "queue", "start", "--jobs", "1")
        checkout.wait_for_workers()
    else:
        checkout.run("dvc", "exp", "run", "--run-all")
    assert checkout.experiments() == {"0.1": "0.1", "0.2": "0.2"}
    # One after the other, the second takes from the cache what the first has computed.
    assert checkout.toy.ran() == ["evaluate", "evaluate", "gendata", "train"]
