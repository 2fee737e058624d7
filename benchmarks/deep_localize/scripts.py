"""What `faultloc deep-localize` says of whole scripts, faulty, fixed and healthy, as their authors would run them.

    python -m benchmarks.deep_localize.scripts cases [name ...] [--seeds 0 1 2] [--jobs 2]

A set is a folder beside this file: ``<name>/faulty.py`` and ``<name>/fixed.py``, ``healthy/<name>.py``, and
``truth.json`` with the phases and places that a right answer may name. A script reads its seed from the environment's
SEED. Each one runs unchanged in a process of its own. The answer is the first finding of the diagnosis: of
several trainings in a script, that of the one whose finding is an error, else of the first with any.
"""

import argparse
import contextlib
import importlib
import io
import json
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).parent
SETS = tuple(sorted(path.parent.name for path in HERE.glob("*/truth.json")))
# What most scripts and the command import.
_SHARED = (
    *("torch", "torch._dynamo", "sklearn.datasets", "pandas", "matplotlib.figure"),
    *("faultloc.own.deep_localize.running", "faultloc.report.deep_localize.diagnosis"),
)


@dataclass(frozen=True)
class Answer:
    """What the command says of one run of a script; ``severity`` is empty where it found nothing.

    ``is_right_phase`` and ``is_right_place`` hold the first finding against the truth, of faulty scripts. ``gave_up``:
    why the monitor stopped watching, if it did; what it is silent of then, nobody knows.
    """

    name: str
    kind: str
    seed: int
    severity: str = ""
    rule: str = ""
    text: str = ""
    is_right_phase: bool = False
    is_right_place: bool = False
    gave_up: str = ""


def truth_of(chosen: str) -> dict[str, dict[str, dict]]:
    """What is true of the scripts of a set, by ``pairs`` and ``healthy``, then by name."""
    return json.loads((HERE / chosen / "truth.json").read_text())


def scripts(chosen: str, names: Sequence[str] = ()) -> Iterator[tuple[str, str, Path]]:
    """Name, kind (``faulty``, ``fixed`` or ``healthy``) and file of every script of a set, or of those named."""
    truth = truth_of(chosen)
    for name in truth["pairs"]:
        if not names or name in names:
            yield from ((name, kind, HERE / chosen / name / f"{kind}.py") for kind in ("faulty", "fixed"))
    for name in truth["healthy"]:
        if not names or name in names:
            yield name, "healthy", HERE / chosen / "healthy" / f"{name}.py"


def answer(name: str, kind: str, script: Path, seed: int, truth: dict) -> Answer:
    """Runs a script under the command, in this process, and reads the diagnosis that it writes."""
    with tempfile.TemporaryDirectory(prefix="faultloc-") as folder:
        said = _run(["deep-localize", "--script", str(script), "--output", folder], seed)
        diagnosis = Path(folder) / "diagnosis.json"
        if not diagnosis.exists():
            return Answer(name, kind, seed, "failed", text=(said.strip().splitlines() or ["nothing"])[-1])
        runs = json.loads(diagnosis.read_text())["runs"]
    gave_up = next((note for run in runs for note in run["notes"] if "could not follow" in note), "")
    first = [run["findings"][0] for run in runs if run["findings"]]
    chosen = next((one for one in first if one["severity"] == "error"), first[0] if first else None)
    if chosen is None:
        return Answer(name, kind, seed, gave_up=gave_up)
    return Answer(
        name,
        kind,
        seed,
        chosen["severity"],
        chosen["rule"],
        f"step {chosen['step']}, {chosen['phase']}, {chosen['place']}: {chosen['sentence']}",
        chosen["phase"] in truth.get("phases", ()),
        any(fnmatchcase(chosen["place"], place) for place in truth.get("places", ())),
        gave_up,
    )


def _run(arguments: list[str], seed: int) -> str:
    """Runs the command as a program, with the script's seed; what it says."""
    os.environ["SEED"] = str(seed)
    sys.argv = ["faultloc", *arguments]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        runpy.run_module("faultloc", run_name="__main__", alter_sys=True)
    return said.getvalue()


def report(answers: Sequence[Answer]) -> str:
    """The table of what was seen, and a line for each answer that is wrong."""
    faulty = [one for one in answers if one.kind == "faulty"]
    seen = [one for one in faulty if one.severity]
    right = [one for one in seen if one.is_right_phase and one.is_right_place]
    sound = [one for one in answers if one.kind != "faulty"]
    errors = [one for one in answers if one.severity == "error"]
    lines = [
        f"faulty:  {len(seen)} of {len(faulty)} runs noticed ({_share(len(seen), len(faulty))}), "
        f"{sum(one.severity == 'error' for one in seen)} with an error",
        f"         right phase first in {sum(one.is_right_phase for one in seen)}, right place first in "
        f"{sum(one.is_right_place for one in seen)}, both in {len(right)} ({_share(len(right), len(faulty))})",
    ]
    for kind in ("fixed", "healthy"):
        runs = [one for one in sound if one.kind == kind]
        said = [one for one in runs if one.severity]
        count = sum(one.severity == "error" for one in said)
        lines.append(f"{kind + ':':9}{count} errors and {len(said) - count} warnings in {len(runs)} runs")
    of_faulty = [one for one in errors if one.kind == "faulty"]
    placed = sum(one.is_right_phase and one.is_right_place for one in of_faulty)
    lines.append(
        f"errors:  {len(errors)}; of faulty runs {_share(len(of_faulty), len(errors))}, with the right phase and "
        f"place {_share(placed, len(errors))}"
    )
    for one in answers:
        if one.gave_up:
            lines.append(f"  {one.kind} {one.name} seed {one.seed}: {one.gave_up}")
    for one in sorted(answers, key=lambda each: (each.kind, each.name, each.seed)):
        is_wrong = bool(one.severity) if one.kind != "faulty" else not (one.is_right_phase and one.is_right_place)
        if is_wrong:
            lines.append(f"  {one.kind} {one.name} seed {one.seed}: {one.severity or 'silent'} {one.rule} {one.text}")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"


def import_what_scripts_share() -> None:
    """Imports it, with one thread: a process that has begun others must not be forked."""
    for module in _SHARED:
        importlib.import_module(module)
    importlib.import_module("torch").set_num_threads(1)


def main() -> int:
    """Runs a set and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chosen", choices=SETS)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    truth = truth_of(asked.chosen)
    work = [
        (name, kind, script, seed, truth["pairs"].get(name, {}))
        for name, kind, script in scripts(asked.chosen, asked.names)
        for seed in asked.seeds
    ]
    import_what_scripts_share()
    # Each script has a process of its own, forked from this one, which has imported what takes seconds.
    with multiprocessing.get_context("fork").Pool(asked.jobs, maxtasksperchild=1) as pool:
        answers = pool.starmap(answer, work, chunksize=1)
    print(report(answers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
