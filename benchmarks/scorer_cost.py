"""What the default scorer costs beside one training run of the user's own model: CPU seconds and memory.

    python -m benchmarks.scorer_cost --root data/raw [--samples 10000] [--rounds 3]
    python -m benchmarks.scorer_cost --root data/raw --older 363921f [--samples 600 60000] [--generated 1000000]

LeNet-5 on MNIST, 10 epochs, one thread. Ratios are those of pairs measured one after the other. With `--older` the
whole scorer of this build beside that of another commit, on LeNet-1 and so many samples of MNIST, or made-up ones.
"""

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.quality.cases import Case
from benchmarks.quality.data import faulty_dataset
from benchmarks.quality.measures import scorer_settings
from benchmarks.quality.steps import suffix_settings
from benchmarks.quality.subjects import RECIPE, case_architecture
from benchmarks.side_by_side.scorer import compare_scorers
from faultloc.methods.dfaulo.default.scoring.posterior import score_default
from faultloc.methods.dfaulo.default.suffix.step import examine
from faultloc.subject.examination import Examination
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network


def cpu_seconds(work: Callable[[], object]) -> float:
    """The processor time of ``work``."""
    started = time.process_time()
    work()
    return time.process_time() - started


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--samples", type=int, nargs="*", default=[10_000])
    parser.add_argument("--generated", type=int, nargs="*", default=[], help="made-up samples, with --older")
    parser.add_argument("--older", metavar="REVISION", help="the build to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.older:
        cases = [("MNIST", count) for count in options.samples] + [("generated", count) for count in options.generated]
        compare_scorers(options.older, cases, options.root / "mnist", options.rounds)
        return
    for samples in options.samples:
        _beside_training(samples, options.root, options.rounds)


def _beside_training(samples: int, root: Path, rounds: int) -> None:
    case = Case("mnist", "mixed", 0, samples=samples)
    faulty, vocabulary = faulty_dataset(case, root)
    labels, inputs = faulty.dataset.labels, torch.from_numpy(np.ascontiguousarray(faulty.dataset.inputs))
    network = case_architecture(case, faulty.dataset, vocabulary).build(torch_generator(0, "cost"))

    def train() -> None:
        train_network(network, inputs, labels, np.arange(len(labels)), RECIPE, torch_generator(0, "cost"))

    def score() -> None:
        examined = examine(Examination(network, faulty.dataset, 0, torch.device("cpu"), 512), *suffix_settings())
        scoring.append(cpu_seconds(lambda: score_default(examined.evidence, scorer_settings())))

    scoring: list[float] = []
    train()
    before = peak_megabytes()
    pairs = [(cpu_seconds(score), cpu_seconds(train)) for _ in range(rounds)]
    print(f"samples {len(labels)}; CPU seconds, median of {rounds}")
    print(f"the model's own training, {RECIPE.epochs} epochs: {median(pair[1] for pair in pairs):.1f}")
    print(f"evidence and scoring: {median(pair[0] for pair in pairs):.1f}, scoring alone {median(scoring):.2f}")
    print(f"ratio to one training run: {median(ours / training for ours, training in pairs):.2f}")
    print(f"peak memory: {before:.0f} MB after training, {peak_megabytes() - before:.0f} MB more for the scorer")


if __name__ == "__main__":
    main()
