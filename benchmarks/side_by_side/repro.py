"""`dvc repro` of this build beside an older one: seconds, and whether every output has the same bytes.

    python -m benchmarks.side_by_side.repro --older 2bb5691 --rounds 3

The builds take turns, each time in a new folder with an empty cache, as after the installation. Wall time is what a
person waits; CPU time is that of all processes together, and tells more on a machine that does other things too.
Exit code 1 where an output differs.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.side_by_side.older_build import NoSuchBuild, older_build, this_build
from benchmarks.side_by_side.outputs import added, differences, outputs

_STARTS = re.compile(r"Running stage '(\w+)'")


@dataclass(frozen=True)
class Run:
    """One `dvc repro` from nothing: seconds in all and from stage to stage, and the hash of every output."""

    wall: float
    cpu: float
    stages: dict[str, float]
    outputs: dict[str, str]


def run_graph(folder: Path) -> Run:
    """Runs the whole graph in ``folder``, which holds a fresh checkout."""
    with tempfile.TemporaryDirectory(prefix="faultloc-dvc-") as state:
        # DVC remembers hashes outside the checkout too, and a stage's line has to come when it is said.
        environment = {**os.environ, "DVC_SITE_CACHE_DIR": state, "PYTHONUNBUFFERED": "1"}
        used, started, begun = _children(), time.perf_counter(), {}
        command = [sys.executable, "-m", "dvc", "repro"]
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if start := _STARTS.search(line):
                    begun[start[1]] = time.perf_counter()
        ended = time.perf_counter()
        if process.returncode != 0:
            raise NoSuchBuild(f"dvc repro fails in {folder.name}:\n{''.join(said[-20:])}")
    marks = [started, *begun.values(), ended]
    between = dict(zip(["start of DVC", *begun], (b - a for a, b in pairwise(marks)), strict=True))
    return Run(ended - started, _children() - used, between, outputs(folder))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(older: list[Run], newer: list[Run]) -> list[str]:
    """The lines of the answer: medians, their ratio, and the median of every stage.

    A build that has more stages takes longer for that: `stages of both` leaves out what only one of them has.
    """
    rows = [
        ("wall seconds", [run.wall for run in older], [run.wall for run in newer]),
        ("CPU seconds", [run.cpu for run in older], [run.cpu for run in newer]),
    ]
    names = list(dict.fromkeys(name for run in (*older, *newer) for name in run.stages))
    of_both = {name for name in names if all(name in run.stages for run in (*older, *newer))}
    rows.append(
        ("stages of both", *([sum(run.stages[name] for name in of_both) for run in runs] for runs in (older, newer)))
    )
    rows += [
        (name, [run.stages.get(name, 0.0) for run in older], [run.stages.get(name, 0.0) for run in newer])
        for name in names
    ]
    lines = [f"{'median of ' + str(len(older)):16}{'older':>9}{'this':>9}{'ratio':>8}"]
    for name, before, now in rows:
        ratio = f"{median(now) / median(before):8.2f}" if median(before) else ""
        lines.append(f"{name:16}{median(before):9.2f}{median(now):9.2f}{ratio}")
    return lines


def main() -> int:
    """Runs both by turns; returns the exit code."""
    options = _parser().parse_args()
    builds: dict[str, Callable[[], AbstractContextManager[Path]]] = {
        "older": lambda: older_build(options.older),
        "this": this_build,
    }
    runs: dict[str, list[Run]] = {name: [] for name in builds}
    try:
        for turn in range(options.rounds):
            # The one that goes first changes, so that neither always finds the machine as the other left it.
            for name in sorted(builds, reverse=bool(turn % 2)):
                with builds[name]() as folder:
                    run = run_graph(folder)
                runs[name].append(run)
                print(f"{turn + 1}. {name:5} {run.wall:7.2f} s wall, {run.cpu:7.2f} s CPU", flush=True)
    except NoSuchBuild as error:
        print(f"repro: error: {error}", file=sys.stderr)
        return 1
    print("\n".join(compare(runs["older"], runs["this"])))
    first = runs["older"][0].outputs
    differing = sorted({line for run in runs["this"] for line in differences(first, run.outputs)})
    for line in differing:
        print(f"differs: {line}")
    for name in added(first, runs["this"][0].outputs):
        print(f"new: {name}")
    if not differing:
        print(f"all {len(first)} outputs of the older build have the same bytes here")
    return 1 if differing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.side_by_side.repro",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--older", default="2bb5691", metavar="REVISION", help="the build to compare with")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each build")
    return parser


if __name__ == "__main__":
    sys.exit(main())
