"""What the monitor costs: the processor time of a monitored step over that of a plain one.

    python -m benchmarks.deep_localize.overhead [--pairs 7]

The two alternate, so that what else the machine does falls on both; the median of the pairs' ratios is given, beside
that of PyTorch's anomaly mode and of the monitor with full statistics at every step.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
WATCHES: dict[str, Watch] = {
    "default": lambda model, optimizer: TrainingMonitor(model, optimizer, on_finding=lambda finding: None),
    "every step": lambda model, optimizer: TrainingMonitor(model, optimizer, every=1, on_finding=lambda finding: None),
    "no look": lambda model, optimizer: TrainingMonitor(
        model, optimizer, every=1_000_000, on_finding=lambda finding: None
    ),
    "anomaly mode": lambda model, optimizer: torch.autograd.set_detect_anomaly(True),
}


def seconds(make: Callable[[], tuple[nn.Module, Tensor]], steps: int, watch: Watch) -> float:
    """The processor time of ``steps`` steps of plain training under ``watch``, the first ten left out."""
    torch.manual_seed(0)
    model, inputs = make()
    labels = torch.randint(0, 10, (len(inputs),))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    with watch(model, optimizer):
        for step in range(steps + 10):
            if step == 10:
                started = time.process_time()
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        return time.process_time() - started


def microseconds_of_plain_steps(pairs: int) -> float:
    """What a step that is not looked at costs more under the monitor, in microseconds: the median of the pairs."""
    costs = []
    for _ in range(pairs):
        plain = seconds(tiny_mlp, 600, lambda model, optimizer: nullcontext())
        watched = seconds(tiny_mlp, 600, WATCHES["no look"])
        costs.append((watched - plain) / 600 * 1e6)
    return statistics.median(costs)


def main() -> None:
    """Prints one line a case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    torch.set_num_threads(1)
    print(f"a step that is not looked at costs {microseconds_of_plain_steps(pairs):.0f} microseconds more")
    for name, (make, steps) in CASES.items():
        ratios: dict[str, list[float]] = {watch: [] for watch in WATCHES}
        for _ in range(pairs):
            for watch, watched in WATCHES.items():
                plain = seconds(make, steps, lambda model, optimizer: nullcontext())
                ratios[watch].append(seconds(make, steps, watched) / plain)
        words = ", ".join(f"{watch} {statistics.median(values):.2f}" for watch, values in ratios.items())
        least, most = min(ratios["default"]), max(ratios["default"])
        print(f"{name:20} {words}  (least and most of the default: {least:.2f}, {most:.2f})")


if __name__ == "__main__":
    main()
