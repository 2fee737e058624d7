"""Whether the ground truth holds: each fixed twin learns far better than the faulty one, each healthy program learns.

    python -m benchmarks.deep_localize.validity [--set holdout] [--seeds 5]

A pair is valid if on every seed the fixed twin has an accuracy higher by 0.15, or without classes half the loss. Exit 1
if a pair that counts in the headline, or a healthy program, is not.
"""

import argparse
import sys
import warnings
from collections.abc import Sequence

import torch

from benchmarks.deep_localize.program import HealthyProgram, Outcome, Program, unwatched
from benchmarks.deep_localize.sets import SETS

MARGIN_IN_ACCURACY = 0.15
FACTOR_IN_LOSS = 2


def learns_better(faulty: Outcome, fixed: Outcome) -> bool:
    """Whether the fixed twin's outcome is better by the margin."""
    if faulty.accuracy is not None and fixed.accuracy is not None:
        return fixed.accuracy >= faulty.accuracy + MARGIN_IN_ACCURACY
    return fixed.loss * FACTOR_IN_LOSS <= faulty.loss and fixed.loss < 1


def has_learned(program: HealthyProgram, outcome: Outcome) -> bool:
    """Whether a healthy program has reached what it states."""
    if program.least_accuracy is not None:
        return outcome.accuracy is not None and outcome.accuracy >= program.least_accuracy
    return program.most_loss is not None and outcome.loss <= program.most_loss


def main() -> None:
    """Runs all programs of a set on all seeds and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=list(SETS), default="main", dest="programs", help="which programs")
    parser.add_argument("--seeds", type=int, default=5, help="how many; 5 by default")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error(f"--seeds is {options.seeds}; give at least 1")
    faulty, healthy = SETS[options.programs]()
    seeds = range(options.seeds)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "Using a target size")  # one of the faults
    invalid = [program.id for program in faulty if not _check_pair(program, seeds)]
    invalid += [program.id for program in healthy if not _check_healthy(program, seeds)]
    if invalid:
        sys.exit(f"not as they should be: {', '.join(invalid)}")


def _check_pair(program: Program, seeds: Sequence[int]) -> bool:
    faulty = [program.run(False, seed, unwatched) for seed in seeds]
    fixed = [program.run(True, seed, unwatched) for seed in seeds]
    valid = all(learns_better(before, after) for before, after in zip(faulty, fixed, strict=True))
    verdict = ("valid" if valid else "INVALID") if program.headline else "apart, " + ("valid" if valid else "weak")
    print(f"{program.id:24} {_described(faulty)}  ->  {_described(fixed)}  {verdict}", flush=True)
    return valid or not program.headline


def _check_healthy(program: HealthyProgram, seeds: Sequence[int]) -> bool:
    outcomes = [program.run(seed, unwatched) for seed in seeds]
    learned = all(has_learned(program, outcome) for outcome in outcomes)
    print(f"{program.id:24} {_described(outcomes)}  {'learns' if learned else 'DOES NOT LEARN'}", flush=True)
    return learned


def _described(outcomes: Sequence[Outcome]) -> str:
    """The accuracies or the losses of the seeds."""
    if outcomes[0].accuracy is None:
        return "loss " + " ".join(f"{outcome.loss:8.3g}" for outcome in outcomes)
    return "acc. " + " ".join(f"{outcome.accuracy:8.3f}" for outcome in outcomes)


if __name__ == "__main__":
    main()
