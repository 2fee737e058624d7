"""One method on one set of samples, in a process of its own: seconds, memory, and how well it finds the faults."""

import json
import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.scale.memory import Memory, memory_of

REPOSITORY = Path(__file__).resolve().parents[2]
_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Measured:
    """``cpu_seconds`` of the process and its workers; memory at its peak, in MB: ``anonymous`` above what the imports
    take, ``mapped`` files above what they map. RAUC and PoBL@5% are in [0, 1], higher is better."""

    data: str
    samples: int
    method: str
    cpu_seconds: float
    anonymous: float
    mapped: float
    rauc: float
    pobl_5: float


def cpu_seconds() -> float:
    """What this process and its ended children have used."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def run_measured(folder: Path, data: str, samples: int, method: str, *, build: Path = REPOSITORY) -> Measured:
    """Runs ``method`` of ``build`` on the case in ``folder``; memory counts from when its imports are done."""
    command = [sys.executable, "-m", "benchmarks.scale.one", str(folder), method]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=build, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        watched = psutil.Process(process.pid)
        started = process.stdout.readline()  # it has imported everything
        before = memory_of(watched)
        peak, done = [before.anonymous, before.mapped], threading.Event()

        def watch() -> None:
            while not done.wait(_EVERY_SECONDS):
                now: Memory = memory_of(watched)
                peak[:] = [max(peak[0], now.anonymous), max(peak[1], now.mapped)]

        watcher = threading.Thread(target=watch)
        watcher.start()
        answer = process.stdout.read()
        done.set()
        watcher.join()
    if process.returncode or not started or not answer:
        raise SystemExit(f"{method} on {samples} samples ended with {process.returncode}")
    found = json.loads(answer)
    return Measured(
        data,
        samples,
        method,
        round(found["cpu_seconds"], 2),
        round(peak[0] - before.anonymous, 1),
        round(peak[1] - before.mapped, 1),
        found["rauc"],
        found["pobl_5"],
    )
