"""One program under one tool, with one seed: what the tool says, and whether it is right."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from benchmarks.deep_localize.program import HealthyProgram
from benchmarks.deep_localize.sets import SETS
from benchmarks.deep_localize.watches import Answer, Recorder


@dataclass(frozen=True)
class Run:
    """The answer of a tool to one program of a set, with one seed; ``fixed`` is None for healthy programs."""

    tool: str
    program: str
    fixed: bool | None
    seed: int
    answer: Answer
    is_localised: bool = False


def run_program(chosen: str, tool: str, name: str, seed: int) -> list[Run]:
    """The runs of one program: of its two twins, or of a healthy one."""
    torch.set_num_threads(1)
    faulty, healthy = SETS[chosen]()
    program = next(one for one in (*faulty, *healthy) if one.id == name)
    if isinstance(program, HealthyProgram):
        return [Run(tool, name, None, seed, _answer(tool, lambda watch: program.run(seed, watch)))]
    broken = _answer(tool, lambda watch: program.run(False, seed, watch))
    fixed = _answer(tool, lambda watch: program.run(True, seed, watch))
    found = broken.phase in program.expected_phase and broken.place in program.expected_place
    return [Run(tool, name, False, seed, broken, found), Run(tool, name, True, seed, fixed)]


def _answer(tool: str, run: Callable[[Recorder], object]) -> Answer:
    recorder = Recorder(tool)
    try:
        run(recorder)
    except Exception:
        if not recorder.answer.is_alarm:
            raise
    return recorder.answer
