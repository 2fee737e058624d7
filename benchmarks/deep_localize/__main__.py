"""What the monitor sees in faulty programs, and what it cries wolf about in fixed and healthy ones, beside other tools.

    python -m benchmarks.deep_localize [--seeds 5] [--set main] [--tools monitor "released rules" "anomaly mode"]

For each tool: detected and localised faults by kind (in the majority of the seeds), alarms on fixed and on healthy
programs (runs, over all seeds). A fault is localised if the first finding names an expected phase and place. What does
not count in the headline is listed apart.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.deep_localize.program import HealthyProgram, Program
from benchmarks.deep_localize.runs import Run, run_program
from benchmarks.deep_localize.sets import SETS
from benchmarks.deep_localize.watches import WATCHES

KINDS = ("contract", "numerical", "dynamic")


def main() -> None:
    """Runs everything and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", choices=list(SETS), default="main", dest="chosen")
    parser.add_argument("--tools", nargs="+", choices=list(WATCHES), default=list(WATCHES))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    faulty, healthy = SETS[given.chosen]()
    work = [
        (given.chosen, tool, program.id, seed)
        for tool in given.tools
        for program in (*faulty, *healthy)
        for seed in range(given.seeds)
    ]
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        runs = [run for made in pool.map(run_program, *zip(*work, strict=True), chunksize=4) for run in made]
    for tool in given.tools:
        _report(tool, [run for run in runs if run.tool == tool], faulty, healthy, given.seeds)


def _report(
    tool: str, runs: Sequence[Run], faulty: Sequence[Program], healthy: Sequence[HealthyProgram], seeds: int
) -> None:
    detected, localised, steps = defaultdict(int), defaultdict(int), defaultdict(list)
    for run in runs:
        if run.fixed is False:
            detected[run.program] += run.answer.is_alarm
            localised[run.program] += run.is_localised
            if run.answer.is_alarm:
                steps[run.program].append(run.answer.step)
    counted = [program for program in faulty if program.headline]
    print(f"\n{tool}, {seeds} seeds")
    for kind in (*KINDS, "all"):
        of_kind = [program.id for program in counted if kind in (program.kind, "all")]
        seen, placed = (sum(2 * counts[one] > seeds for one in of_kind) for counts in (detected, localised))
        print(f"  {kind:10} {len(of_kind):3} programs, {seen:3} detected, {placed:3} localised")
    apart = [program for program in faulty if not program.headline]
    for program in apart:
        found, right = detected[program.id], localised[program.id]
        print(f"  apart: {program.id}: {found} detected, {right} localised of {seeds} seeds")
    for title, wanted in (("fixed twins", True), ("healthy programs", None)):
        chosen = [run for run in runs if run.fixed is wanted]
        alarms = [run for run in chosen if run.answer.is_alarm]
        errors = sum(run.answer.is_error for run in alarms)
        print(f"  {title}: {len(alarms)} alarms ({errors} errors) in {len(chosen)} runs")
        if tool == "monitor":
            for run in alarms:
                print(f"    {run.program} seed {run.seed}: {run.answer.text}")
    if tool == "monitor":
        late = max((step for found in steps.values() for step in found), default=0)
        print(f"  steps until the first finding: {late} at most")
        for program in faulty:
            if localised[program.id] < seeds:
                texts = {
                    run.answer.text
                    for run in runs
                    if run.program == program.id and run.fixed is False and not run.is_localised
                }
                found, right = detected[program.id], localised[program.id]
                print(f"  missed: {program.id}: {found} detected, {right} localised: {texts}")


if __name__ == "__main__":
    main()
