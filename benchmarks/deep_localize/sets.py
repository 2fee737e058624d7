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


def _holdout2() -> Programs:
    from benchmarks.deep_localize.holdout2.registry import HOLDOUT2_FAULTY, HOLDOUT2_HEALTHY

    return HOLDOUT2_FAULTY, HOLDOUT2_HEALTHY


SETS: dict[str, Callable[[], Programs]] = {"main": _main, "holdout": _holdout, "holdout2": _holdout2}
