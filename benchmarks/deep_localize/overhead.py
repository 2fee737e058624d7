"""What the monitor costs: the processor time of monitored steps over that of plain ones.

    python -m benchmarks.deep_localize.overhead [--pairs 7]

All trainings run side by side, each in a process of its own, and take turns of ten steps, so that what else the machine
does falls on all of them. The median of the pairs' ratios is given, beside that of PyTorch's anomaly mode and of the
monitor with full statistics at every step.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.deep_localize.taking_turns import seconds_in_turns, workers_of
from faultloc.methods.deep_localize.monitor import TrainingMonitor


def tiny_mlp() -> tuple[nn.Module, Tensor]:
    """64-64-10, batches of 32."""
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)), torch.randn(32, 64)


def mlp() -> tuple[nn.Module, Tensor]:
    """784-512-256-10, batches of 64."""
    layers = [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)]
    return nn.Sequential(*layers), torch.randn(64, 784)


def cnn() -> tuple[nn.Module, Tensor]:
    """Two convolutions and two linear layers on 28 x 28 pictures, batches of 64."""
    layers = [
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, 10)),
    ]
    return nn.Sequential(*layers), torch.randn(64, 1, 28, 28)


CASES = {"MLP 64-64-10": (tiny_mlp, 600), "MLP 784-512-256-10": (mlp, 150), "CNN 28 x 28": (cnn, 60)}
Watch = Callable[[nn.Module, torch.optim.Optimizer], AbstractContextManager[object]]
# Steps that a training takes before the next one's turn, and those at its beginning that are not counted.
_TURN = _LEFT_OUT = 10
WATCHES: dict[str, Watch] = {
    "nothing": lambda model, optimizer: nullcontext(),
    "default": lambda model, optimizer: TrainingMonitor(model, optimizer, on_finding=lambda finding: None),
    "every step": lambda model, optimizer: TrainingMonitor(model, optimizer, every=1, on_finding=lambda finding: None),
    "no look": lambda model, optimizer: TrainingMonitor(
        model, optimizer, every=1_000_000, on_finding=lambda finding: None
    ),
    "anomaly mode": lambda model, optimizer: torch.autograd.set_detect_anomaly(True),
}


def training(role: tuple[str, str]) -> Iterator[None]:
    """The steps of the named case's training under the named watch."""
    case, watch = role
    torch.manual_seed(0)
    model, inputs = CASES[case][0]()
    labels = torch.randint(0, 10, (len(inputs),))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    with WATCHES[watch](model, optimizer):
        while True:
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
            yield


def seconds_of(case: str, pairs: int, workers: Sequence[Connection]) -> dict[str, list[float]]:
    """The processor seconds of the case's steps under each watch, of each of so many runs side by side."""
    found: dict[str, list[float]] = {watch: [] for watch in WATCHES}
    for pair in range(pairs):
        # Another process for each, each time: where its arrays lie makes one faster than another.
        turned = [*found][pair % len(found) :] + [*found][: pair % len(found)]
        roles = [(case, watch) for watch in turned]
        seconds = seconds_in_turns(workers, roles, CASES[case][1], at_a_time=_TURN, left_out=_LEFT_OUT)
        for watch, taken in zip(turned, seconds, strict=True):
            found[watch].append(taken)
    return found


def main() -> None:
    """Prints two lines a case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    with workers_of(training, len(WATCHES)) as workers:
        for case, (_, steps) in CASES.items():
            found = seconds_of(case, pairs, workers)
            plain = found.pop("nothing")
            ratios = {name: [one / own for one, own in zip(taken, plain, strict=True)] for name, taken in found.items()}
            words = ", ".join(f"{name} {statistics.median(values):.2f}" for name, values in ratios.items())
            least, most = min(ratios["default"]), max(ratios["default"])
            added = [(one - own) / steps * 1e6 for one, own in zip(found["no look"], plain, strict=True)]
            print(f"{case:20} {words} (least and most of the default: {least:.2f}, {most:.2f})")
            print(
                f"{'':20} a plain step takes {statistics.median(plain) / steps * 1e3:.2f} ms, one that is watched and "
                f"not looked at {statistics.median(added):.0f} microseconds more",
                flush=True,
            )


if __name__ == "__main__":
    main()
