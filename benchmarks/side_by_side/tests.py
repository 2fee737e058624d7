"""The test suite of this build beside an older one: CPU minutes of all processes, and how many tests passed.

    python -m benchmarks.side_by_side.tests --older 2bb5691 [--workers 2] [--files tests/stages/test_bad_input.py ...]

CPU time is compared, since it says what a run costs whatever else the machine does. With ``--files`` only those that
both builds have are run. ``--added`` names tests of what the older build has not: this build leaves them out.
"""

import argparse
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.side_by_side.older_build import NoSuchBuild, older_build, this_build


@dataclass(frozen=True)
class Suite:
    """One run of the tests: CPU seconds of all processes, and pytest's last line, which has the wall time."""

    cpu: float
    said: str


def run_tests(folder: Path, workers: int, files: list[str], *, but: Sequence[str] = ()) -> Suite:
    """Runs the tests of the checkout in ``folder``, those in the files and folders ``but`` left out.

    Raises:
        NoSuchBuild: one of ``files`` or ``but`` is not there.
    """
    missing = [name for name in [*files, *but] if not (folder / name).exists()]
    if missing:
        raise NoSuchBuild(f"{missing[0]} is not in both builds; expected files that are")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "--dist", "loadfile", *files]
    command += [f"--ignore={name}" for name in but]
    # In the background of a shell interrupts are ignored, and older tests of interrupted sweeps would wait for ever.
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Suite(cpu, (done.stdout.strip().splitlines() or [done.stderr.strip()])[-1])


def main() -> int:
    """Runs both, the older one first; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.side_by_side.tests",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--older", default="2bb5691", metavar="REVISION", help="the build to compare with")
    parser.add_argument("--workers", type=int, default=2, help="processes of the tests")
    parser.add_argument("--files", nargs="*", default=[], help="a part of the tests")
    parser.add_argument("--added", nargs="*", default=[], help="tests of what the older build has not")
    options = parser.parse_args()
    suites = []
    try:
        for name, build, but in (("older", older_build(options.older), ()), ("this", this_build(), options.added)):
            with build as folder:
                suites.append(run_tests(folder, options.workers, options.files, but=but))
            print(f"{name:6} {suites[-1].cpu / 60:6.1f} CPU minutes; {suites[-1].said}", flush=True)
    except NoSuchBuild as error:
        print(f"tests: error: {error}", file=sys.stderr)
        return 1
    without = " without what was added" if options.added else ""
    print(f"ratio  {suites[1].cpu / suites[0].cpu:6.2f}{without}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
