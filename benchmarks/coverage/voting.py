"""How soon the vote of attributions agrees with a long one, beside what one attribution says alone.

    OMP_NUM_THREADS=1 python -m benchmarks.coverage.voting --root data/raw [--methods lc,la,...] [--long 60] [--seeds 5]

A LeNet on MNIST. The long run votes over that many batches of 32 training images; then five seeds draw five other
batches each, and the share is given of the long run's eight first units that are among theirs (bar: 7 of 8), by the
vote, by the single best method of each batch, and by `lrp` alone on the same images; and the same of ten units.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.coverage.subjects import Subject, load_subject
from faultloc.methods.idc.importance import Importance
from faultloc.methods.idc.selection import select_units
from faultloc.methods.idc.unit_outputs import Unit
from faultloc.methods.idc.voters import METHODS, voters
from faultloc.methods.idc.voting import UnitScores, Voter, Votes, vote
from faultloc.subject.batches import as_model_input

SEED = 123
BATCH = 32
BATCHES = 5


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="the folder of mnist/")
    parser.add_argument("--kept", type=Path, default=Path("data/benchmarks/coverage"), help="the trained network")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--long", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    subject = load_subject(arguments.root, arguments.kept, SEED)
    electorate = voters(arguments.methods.split(","), np.random.default_rng(SEED))
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(subject.train[0]))
    drawn = np.split(
        order[: (arguments.long + arguments.seeds * BATCHES) * BATCH], arguments.long + arguments.seeds * BATCHES
    )
    started = time.process_time()
    long = vote(subject.network, _batches(subject, drawn[: arguments.long]), electorate)
    print(f"{arguments.long} batches, {', '.join(electorate)}: {time.process_time() - started:.0f} s")
    _print_votes(long)
    shares: dict[str, list[tuple[int, int]]] = {}
    for seed in range(arguments.seeds):
        first = arguments.long + seed * BATCHES
        for name, scores in _short_runs(subject, drawn[first : first + BATCHES], electorate).items():
            shares.setdefault(name, []).append((_overlap(long.scores, scores, 8), _overlap(long.scores, scores, 10)))
    for name, of_seeds in shares.items():
        of_eight, of_ten = zip(*of_seeds, strict=True)
        print(f"{name}: of the first 8 {_listed(of_eight)}, of the first 10 {_listed(of_ten)}", flush=True)


def _short_runs(subject: Subject, drawn: list[np.ndarray], electorate: Mapping[str, Voter]) -> dict[str, Importance]:
    batches = list(_batches(subject, drawn))
    electorate = {name: _remembering(voter) for name, voter in electorate.items()}
    return {
        "the vote": vote(subject.network, batches, electorate).scores,
        "the single best": vote(subject.network, batches, electorate, across=False).scores,
        "lrp alone": _alone(subject, batches),
    }


def _remembering(voter: Voter) -> Voter:
    """The same for batches that live on, each read once."""
    known: dict[int, UnitScores] = {}

    def read(network: nn.Module, inputs: Tensor, labels: np.ndarray) -> UnitScores:
        if id(inputs) not in known:
            known[id(inputs)] = voter(network, inputs, labels)
        return known[id(inputs)]

    return read


def _batches(subject: Subject, drawn: list[np.ndarray]) -> Iterator[tuple[Tensor, np.ndarray]]:
    inputs, labels = subject.train
    for rows in drawn:
        yield as_model_input(inputs[torch.from_numpy(rows)]), labels[rows]


def _alone(subject: Subject, batches: list[tuple[Tensor, np.ndarray]]) -> Importance:
    """The summed relevance of all layers but the last."""
    lrp = voters(("lrp",), np.random.default_rng(SEED))["lrp"]
    sums: Importance = {}
    for inputs, labels in batches:
        for name, values in lrp(subject.network, inputs, labels).items():
            sums[name] = sums.get(name, 0) + values.sum(0)
    return dict(list(sums.items())[:-1])


def _first(scores: Importance, count: int) -> set[Unit]:
    # A layer more, since the last one is left out.
    return set(select_units({**scores, "": np.zeros(0)}, count, layer=None))


def _overlap(one: Importance, other: Importance, count: int) -> int:
    return len(_first(one, count) & _first(other, count))


def _listed(numbers: tuple[int, ...]) -> str:
    return " ".join(map(str, numbers))


def _print_votes(votes: Votes) -> None:
    print(f"sum of scores {sum(scores.sum() for scores in votes.scores.values()):.0f}, 55 x {votes.batches} batches")
    print("mean weights: " + ", ".join(f"{name} {weight:.3f}" for name, weight in votes.weights.items()))
    ranked = sorted(_first(votes.scores, 10), key=lambda unit: -votes.scores[unit[0]][unit[1]])
    print("first: " + ", ".join(f"{layer}.{unit} {votes.scores[layer][unit]:.0f}" for layer, unit in ranked))
    for note in votes.notes:
        print(f"note: {note}")


if __name__ == "__main__":
    main()
