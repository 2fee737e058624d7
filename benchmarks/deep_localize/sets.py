"""The sets of programs by name; each is imported when it is asked for."""

from collections.abc import Callable, Sequence

from benchmarks.deep_localize.program import HealthyProgram, Program

Programs = tuple[Sequence[Program], Sequence[HealthyProgram]]


def _main() -> Programs:
    from benchmarks.deep_localize.registry import FAULTY, HEALTHY

    return FAULTY, HEALTHY


def _holdout() -> Programs:
    from benchmarks.deep_localize.holdout.registry import HOLDOUT_FAULTY, HOLDOUT_HEALTHY

    return HOLDOUT_FAULTY, HOLDOUT_HEALTHY


SETS: dict[str, Callable[[], Programs]] = {"main": _main, "holdout": _holdout}
