"""What each of the processes in `test_distributed.py` does: torchrun -m tests.subject.rank_program <folder>."""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

from faultloc.errors import ModelError
from faultloc.subject.distributed import Ranks
from faultloc.subject.parallel import run_in_parallel
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import isolated_torch_rng, torch_generator
from faultloc.subject.training import train_network

# 40 samples in batches of 7, the last of 5: parts of 4 and 3, of 3 and 2.
# Weight decay would move what is unused, had it been given a gradient of zero.
RECIPE = TrainingRecipe(
    "SGD", 3, 7, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}, "ReduceLROnPlateau", {"patience": 0}
)


class WithUnused(nn.Module):
    """A network with a layer that it does not use, as a user's may be."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Linear(4, 4)
        self.used = nn.Linear(4, 3)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.used(inputs)


NETWORKS = {
    "perceptron": lambda: nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)),
    "convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 4, 2, padding=1), nn.GroupNorm(2, 4), nn.Flatten(), nn.Linear(36, 3)
    ),
    "with unused": WithUnused,
}


def blobs(samples: int) -> tuple[torch.Tensor, np.ndarray]:
    """Three overlapping classes in four dimensions."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, samples)
    return torch.from_numpy((rng.normal(size=(samples, 4)) + 2 * np.eye(4)[labels]).astype(np.float32)), labels


def trained(name: str, ranks: Ranks, samples: int = 40) -> dict[str, np.ndarray]:
    """The weights of a network, and the loss and accuracy of each epoch."""
    with isolated_torch_rng(torch_generator(0, "weights")):
        network = NETWORKS[name]()
    inputs, labels = blobs(samples)
    records = train_network(
        network, inputs, labels, np.arange(samples), RECIPE, torch_generator(0, "epochs"), ranks=ranks
    )
    weights = {key: tensor.numpy() for key, tensor in network.state_dict().items()}
    return {**weights, "records": np.array([(record.loss, record.accuracy) for record in records])}


def masks(ranks: Ranks) -> np.ndarray:
    """What dropout lets through in the first forward pass of a training on this rank."""
    passed = []
    network = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3))
    network[0].register_forward_hook(lambda layer, arguments, output: passed.append((output != 0).numpy()))
    inputs, labels = blobs(8)
    train_network(network, inputs.abs() + 1, labels, np.arange(8), RECIPE, torch_generator(0, "masks"), ranks=ranks)
    return passed[0][:3]


def refusal(network: nn.Module, ranks: Ranks) -> str:
    """The sentence with which the ranks refuse to train ``network``."""
    inputs, labels = blobs(8)
    try:
        train_network(network, inputs, labels, np.arange(8), RECIPE, torch_generator(0, "refused"), ranks=ranks)
    except ModelError as error:
        return str(error)
    return ""


class OwnNorm(nn.BatchNorm1d):
    """One that does more than its base class."""


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    ranks = Ranks(dist.get_rank(), dist.get_world_size(), dist.group.WORLD)
    frozen = nn.Sequential(nn.BatchNorm1d(4).requires_grad_(False), nn.Linear(4, 3))
    results = {
        **{f"{name}/{key}": value for name in NETWORKS for key, value in trained(name, ranks).items()},
        **{f"single/{key}": value for key, value in trained("perceptron", ranks, samples=1).items()},
        "mask": masks(ranks),
        "refused": refusal(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)), ranks),
        "refused own": refusal(nn.Sequential(nn.Linear(4, 3), OwnNorm(3)), ranks),
        "not refused": refusal(frozen, ranks),
        "tasks": run_in_parallel([lambda n=n: (n * n, ranks.rank) for n in range(5)], 2, ranks),
        "no tasks": run_in_parallel([], 2, ranks),
    }
    np.savez(folder / f"{ranks.rank}.npz", **results)
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
