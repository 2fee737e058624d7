"""The default scorer of this build beside an older one's: CPU seconds, memory and quality on the same arrays."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.scale.measured import REPOSITORY, Measured, run_measured
from benchmarks.scale.prepare import prepare_case
from benchmarks.side_by_side.older_build import older_build

_METHOD = "default scorer"


def compare_scorers(revision: str, cases: Sequence[tuple[str, int]], root: Path | None, rounds: int) -> None:
    """Prints, for each case (data and samples), the medians of ``rounds`` alternating pairs, and of their ratios.

    Each run is a process of its own with one thread and no workers. What it imports is nobody's cost, and the memory
    that the imports take is not counted.

    Raises:
        NoSuchBuild: there is no such revision.
    """
    os.environ["FAULTLOC_WORKERS"] = "1"
    with older_build(revision) as older:
        for data, samples in cases:
            folder = Path(tempfile.mkdtemp(prefix="faultloc-scorer-"))
            try:
                prepare_case(folder, data, samples, root)
                pairs = [_pair(folder, data, samples, older, turn) for turn in range(rounds)]
            finally:
                shutil.rmtree(folder)
            _say(data, samples, pairs)


def _pair(folder: Path, data: str, samples: int, older: Path, turn: int) -> tuple[Measured, Measured]:
    # The one that goes first changes, so that neither always finds the machine as the other left it.
    builds = sorted((older, REPOSITORY), key=lambda build: (build == REPOSITORY) != bool(turn % 2))
    found = {build: run_measured(folder, data, samples, _METHOD, build=build) for build in builds}
    return found[older], found[REPOSITORY]


def _say(data: str, samples: int, pairs: Sequence[tuple[Measured, Measured]]) -> None:
    print(f"{data}, {samples:,} samples, median of {len(pairs)}", flush=True)
    for name in ("cpu_seconds", "anonymous"):
        before, now = ([getattr(run, name) for run in runs] for runs in zip(*pairs, strict=True))
        # A run of a second may end before its memory has been looked at.
        ratio = median(new / old if old else float("nan") for old, new in zip(before, now, strict=True))
        print(f"  {name}: older {median(before):.2f}, this {median(now):.2f}, ratio {ratio:.2f}", flush=True)
    for name in ("rauc", "pobl_5"):
        older, this = (getattr(run, name) for run in pairs[0])
        print(f"  {name}: older {older:.4f}, this {this:.4f}", flush=True)
