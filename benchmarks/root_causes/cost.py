"""What HUDD costs, each figure beside what it is compared with, in one run.

    python -m benchmarks.root_causes.cost [--kept FOLDER] [--errors 1300] [--many 20000]

1. relevance of all layers beside one forward and one backward pass of the same batches;
2. the whole method on those errors, all layers: seconds, and memory above the imports, in a process of its own;
3. the tree of one layer beside that of the released code as its authors wrote it: profiles of distances, optimal
   ordering of the leaves, and the spread of every cut from its clusters;
4. many errors: memory, in a process of its own.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist, squareform

from benchmarks.root_causes.subjects import Case, load_case
from faultloc.methods.hudd.cutting import cut_into_causes
from faultloc.methods.hudd.distances import scaled_profiles
from faultloc.methods.hudd.errors import Errors
from faultloc.methods.hudd.evidence.layers import evidence_layers
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.evidence.relevance import heatmaps
from faultloc.methods.hudd.growing import grow
from faultloc.methods.hudd.settings import PRESETS, HuddSettings, LinkageSettings
from faultloc.methods.hudd.spread import spread_of
from faultloc.subject.batches import as_model_input

SEED = 1000
BATCH = 128
_ROUNDS = 5


def main() -> None:
    """Prints the four figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, default=Path("data/benchmarks/root_causes"))
    parser.add_argument("--errors", type=int, default=1300)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--alone", nargs=2, metavar=("PRESET", "ERRORS"), help="The whole method alone; for 2 and 4.")
    arguments = parser.parse_args()
    case = load_case(SEED, arguments.kept)
    if arguments.alone:
        _run_alone(case, PRESETS[arguments.alone[0]], int(arguments.alone[1]))
        return
    inputs = case.examination.inputs[: arguments.errors]
    layers = evidence_layers(case.network, inputs[:2], None)
    passes = _median(lambda: _forward_and_backward(case.network, inputs))
    relevance = _median(lambda: heatmaps(case.network, inputs, layers, rule="hudd", batch_size=BATCH))
    print(f"1. relevance of {len(layers)} layers / forward and backward pass: {relevance / passes:.2f}")
    maps = heatmaps(case.network, inputs, layers, rule="hudd", batch_size=BATCH)
    layer = next(reversed([name for name in layers if maps[name].ndim == 4]))
    for preset in ("default", "heatmaps"):
        print(f"2. {preset}, {arguments.errors} errors: {_alone(arguments.kept, preset, arguments.errors)}")
    ours = _median(lambda: grow(maps[layer], LinkageSettings("sqrt_l2")), rounds=3)
    theirs = _median(lambda: _as_released(maps[layer].reshape(len(inputs), -1)), rounds=1)
    print(f"3. {layer}: as released {theirs:.1f} s, here {ours:.2f} s, {theirs / ours:.0f} times as fast")
    print(f"4. default, {arguments.many} errors: {_alone(arguments.kept, 'default', arguments.many)}")


def _forward_and_backward(network: torch.nn.Module, inputs: torch.Tensor) -> None:
    for batch in inputs.split(BATCH):
        given = as_model_input(batch).requires_grad_()
        network(given).amax(1).sum().backward()
    network.zero_grad()


def _median(run: Callable[[], object], rounds: int = _ROUNDS) -> float:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def _alone(kept: Path, preset: str, errors: int) -> str:
    command = [sys.executable, "-m", "benchmarks.root_causes.cost", "--kept", str(kept), "--alone", preset, str(errors)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _run_alone(case: Case, settings: HuddSettings, count: int) -> None:
    """Takes the first ``count`` images, repeated with noise where there are not so many, for errors."""
    test = case.examination.dataset
    rng = np.random.default_rng(0)
    places = np.arange(count) % len(test)
    noise = rng.integers(0, 8, (count, *test.inputs.shape[1:]), dtype=np.uint8)
    dataset = type(test)(
        np.concatenate([test.inputs[places] // 2 + noise, test.inputs[case.errors.correct]]),
        np.concatenate([test.labels[places], test.labels[case.errors.correct]]),
        np.arange(count + len(case.errors.correct)).astype(np.str_),
        test.class_names,
    )
    labels = test.labels[places]
    correct = np.arange(count, count + len(case.errors.correct))
    errors = Errors(np.arange(count), labels, (labels + 1) % 10, correct, case.errors.taken_for)
    examination = type(case.examination)(case.network, dataset, SEED, torch.device("cpu"), BATCH)
    # Linux forgets the peak so far, which was that of drawing the digits.
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak()
    started = time.perf_counter()
    evidence = read_evidence(examination, errors, settings.heatmaps)
    grown = {name: grow(values, settings.linkage) for name, values in evidence.by_layer.items()}
    cut_into_causes(evidence, grown, settings.linkage, settings.root_causes)
    print(f"{time.perf_counter() - started:.1f} s, {_peak() - before:.0f} MB above what it started with")


def _peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _as_released(rows: np.ndarray) -> None:
    distances = squareform(pdist(rows))
    scaled = scaled_profiles(distances)
    merges = linkage(pdist(scaled), "ward", optimal_ordering=True)
    for clusters in range(2, min(len(rows) // 2, 500) + 1):
        spread_of(fcluster(merges, clusters, "maxclust"), scaled)


if __name__ == "__main__":
    main()
