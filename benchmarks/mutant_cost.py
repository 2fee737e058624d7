"""What three mutants cost beside a bare loop of the same forward and backward passes, in one run.

    python -m benchmarks.mutant_cost --root data/raw/mnist [--repeats 3]

The bare loop holds the data as floats in memory, shuffles, and calls forward, backward and a fused optimizer: the
floor. All are measured in CPU seconds of this process and its children, turn and turn about, because absolute times on
a shared machine are noise; the ratio is what counts (bar: 1.15). Then the CPU seconds of the other stages' work (bar: 5
together), and the peak memory over imports and arrays (bar: 150 MB).
"""

import argparse
import copy
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf
from torch.nn import functional as F

from benchmarks import reference_case as reference
from stages.shared.torch_runtime import start_torch


def bare_loop(case: reference.Case, deleted: np.ndarray) -> None:
    """Trains the three mutants with nothing around forward, backward and step."""
    inputs, labels = case.inputs.float().div_(255), torch.from_numpy(case.labels)
    recipe = reference.FINE_TUNING
    for gone in deleted:
        network = copy.deepcopy(case.network).train()
        kept = torch.from_numpy(np.flatnonzero(~gone))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9, fused=True)
        for _ in range(recipe.epochs):
            for batch in kept[torch.randperm(len(kept))].split(recipe.batch_size):
                optimizer.zero_grad(set_to_none=True)
                F.cross_entropy(network(inputs[batch]), labels[batch]).backward()
                optimizer.step()


def cpu_seconds() -> float:
    """CPU seconds of this process and of its finished children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_megabytes() -> float:
    """The largest memory that this process or a child of it has held."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall seconds of ``work``."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    return cpu_seconds() - cpu, time.perf_counter() - wall


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("data/raw/mnist"), help="folder of the four IDX files")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    start_torch(OmegaConf.create({"device": "cpu", "threads": 1}))
    # The first optimizer of a process imports PyTorch's compiler: an import, whoever makes it.
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    imported = peak_megabytes()
    case = reference.load_case(arguments.root, seed=0)
    deleted, logits = reference.deletion_of(case, seed=0)
    arrays = (case.inputs.nbytes + case.labels.nbytes + deleted.nbytes + 4 * logits.nbytes) / 2**20

    contenders = {
        "bare loop": lambda: bare_loop(case, deleted),
        "mutants, 1 process": lambda: reference.mutants_of(case, deleted, 0, workers=1),
        "mutants, 2 processes": lambda: reference.mutants_of(case, deleted, 0, workers=2),
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(arguments.repeats):
        for name, work in contenders.items():
            seconds[name].append(timed(work))
    floor = np.array([cpu for cpu, _ in seconds["bare loop"]])
    print(f"{'':22}{'CPU s':>8}{'wall s':>8}{'ratio':>8}   median of {arguments.repeats}, ratios pair by pair")
    for name, pairs in seconds.items():
        cpu, wall = np.array(pairs).T
        print(f"{name:22}{np.median(cpu):8.2f}{np.median(wall):8.2f}{np.median(cpu / floor):8.3f}")

    mutants = reference.mutants_of(case, deleted, 0, workers=2)
    rest, _ = timed(lambda: reference.deletion_of(case, 0))
    scoring, _ = timed(lambda: reference.rank(case, *reference.evidence_of(case, logits, mutants, deleted, 0), seed=0))
    print(f"outlier, activation, preloss {rest:.2f} CPU s; features and dfaulo {scoring:.2f} CPU s")
    print(
        f"peak memory {peak_megabytes():.0f} MB: {imported:.0f} imports, {arrays:.0f} arrays, "
        f"{peak_megabytes() - imported - arrays:.0f} ours"
    )


if __name__ == "__main__":
    main()
