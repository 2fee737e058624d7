"""What the monitor says of every program of a set, for the bars that it has to reach."""

import warnings

from benchmarks.deep_localize.runs import Run, run_program
from benchmarks.deep_localize.sets import SETS

SEEDS = range(1)


def answers(chosen: str) -> list[Run]:
    """The runs of the set ``chosen``: of both twins and of the healthy programs, with every seed of ``SEEDS``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        programs = [program.id for part in SETS[chosen]() for program in part]
        return [run for name in programs for seed in SEEDS for run in run_program(chosen, "monitor", name, seed)]
