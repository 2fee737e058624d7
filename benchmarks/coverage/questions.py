"""The research questions RQ1 to RQ4 of coverage on LeNet and MNIST: what docs/replication.md shows.

    python -m benchmarks.coverage.questions --root data/raw/mnist [--output questions]

LeNet with ReLU on images of 32x32, normalised inside the network, as WISDOM's; trained here for some epochs, since its
checkpoint is not ours to give, so that figures differ from those of the specification by the training. Prints the
tables, and the seconds of each question; --output is a folder for them as CSV.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from faultloc.io.datasets.mnist import read_mnist
from faultloc.io.stores.tables import save_table
from faultloc.methods.idc.importance import read_importance
from faultloc.methods.idc.questions.diversity import measure_diversity, orders_of
from faultloc.methods.idc.questions.impartiality import correlations_of, measure_impartiality
from faultloc.methods.idc.questions.measuring import build_criteria, make_criteria
from faultloc.methods.idc.questions.perturbation import important_elements, noise_scale
from faultloc.methods.idc.questions.printed import (
    print_correlations,
    print_diversity,
    print_pruning,
    print_sensitivity,
)
from faultloc.methods.idc.questions.pruning import measure_pruning
from faultloc.methods.idc.questions.selections import selections
from faultloc.methods.idc.questions.sensitivity import measure_sensitivity, summary_of
from faultloc.methods.idc.questions.suites import Suite
from faultloc.methods.idc.questions.tables import as_table
from faultloc.methods.idc.selection import select_units
from faultloc.probes.predictions import accuracy, predict_logits
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.normalisation import NormalisedNetwork
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import isolated_torch_rng, numpy_generator, torch_generator
from faultloc.subject.training import train_network

BATCH = 512
MEAN, DEVIATION = 0.1307, 0.3081
NAMES = ("nc", "kmnc", "nbc", "snac", "tknc", "tknp", "lsc", "dsc", "mdsc", "nlc", "idc")
SETTINGS: dict[str, dict[str, object]] = {
    "tknc": {"k": 10},
    "tknp": {"k": 1},
    "lsc": {"width": 10},
    "dsc": {"width": 0.1},
    "mdsc": {"width": 10},
}
BUILT = 3000

Answer = TypeVar("Answer")


class LeNet(nn.Module):
    """WISDOM's: two convolutions of 6 and 16 channels, linear layers of 120, 84 and 10; ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits of images of 32x32."""
        maps = functional.max_pool2d(functional.relu(self.conv1(inputs)), 2)
        maps = functional.max_pool2d(functional.relu(self.conv2(maps)), 2)
        features = functional.relu(self.fc2(functional.relu(self.fc1(maps.flatten(1)))))
        return self.fc3(features)


def suite_of(samples: LabeledDataset) -> Suite:
    """The images at 32x32, as bytes."""
    images = torch.from_numpy(np.ascontiguousarray(samples.inputs)).float()
    large = functional.interpolate(images, size=32, mode="bilinear")
    return Suite(large.round().to(torch.uint8), samples.labels.astype(np.int64))


def trained(train: Suite, epochs: int) -> nn.Module:
    """The network, normalised inside."""
    with isolated_torch_rng(torch_generator(0, "questions", "weights")):
        network = NormalisedNetwork(LeNet(), [MEAN], [DEVIATION])
    recipe = TrainingRecipe("SGD", epochs=epochs, batch_size=64, optimizer_options={"lr": 0.05, "momentum": 0.9},
        scheduler="CosineAnnealingLR", scheduler_options={"T_max": epochs})  # fmt: skip
    generator = torch_generator(0, "questions", "epochs")
    train_network(network, train.inputs, train.labels, np.arange(len(train)), recipe, generator)
    return network.eval()


class Questions:
    """The network, the samples, and how long each step took."""

    def __init__(self, root: Path, epochs: int) -> None:
        splits = read_mnist(root=str(root))
        assert splits.test is not None
        self.train, self.test = suite_of(splits.train), suite_of(splits.test)
        self.network = trained(self.train, epochs)
        self.seconds: dict[str, float] = {}
        self.right = self.train.answered_rightly(self.network, batch_size=BATCH)

    def timed(self, name: str, work: Callable[[], Answer]) -> Answer:
        """What ``work`` gives; its seconds are kept."""
        started = time.perf_counter()
        found = work()
        self.seconds[name] = time.perf_counter() - started
        return found

    def rank(self, samples: int = 10_000) -> dict[str, dict[str, np.ndarray]]:
        """The importance of all units by both attributions, on drawn training images that are answered rightly."""
        drawn = self.right.select(numpy_generator(0, "questions", "importance").permutation(len(self.right))[:samples])
        return {
            name: read_importance(self.network, drawn.batches(BATCH), name, np.random.default_rng(0))
            for name in ("lrp", "lgxa")
        }

    def criteria(self, importance: dict[str, np.ndarray]) -> dict:
        """All criteria but cc, built."""
        made = make_criteria(self.network, NAMES, select_units(importance, 10, layer=None), SETTINGS)
        drawn = numpy_generator(0, "questions", "build").permutation(len(self.train))[:BUILT]
        build_criteria(made, self.train.select(drawn), batch_size=BATCH)
        return made

    def prune(self, rankings: dict[str, dict[str, np.ndarray]]) -> Sequence:
        """RQ1."""
        wanted = selections(rankings["lrp"], [6, 8, 10, 15, 20], [5, 10])
        rng = numpy_generator(0, "rq1")
        return measure_pruning(
            self.network, self.test, rankings, wanted, repetitions=5, batch_size=BATCH, rng=rng
        )  # fmt: skip

    def diversify(self, importance: dict[str, np.ndarray]) -> Sequence:
        """RQ2."""
        criteria = {}
        for clusters, own in {"k=2": {"clusters": 2}, "k by silhouette": {"clusters": None}}.items():
            for layer, count in selections(importance, [6, 8, 10], [6, 8, 10]):
                name = f"{count} units of {(layer or 'all layers').removeprefix('network.')}, {clusters}"
                units = select_units(importance, count, layer=layer)
                criteria[name] = make_criteria(self.network, ["idc"], units, {"idc": own})["idc"]
        build_criteria(criteria, self.train, batch_size=BATCH)
        important = important_elements(self.network, self.test, share=0.02, batch_size=BATCH)
        scale = 0.5 * noise_scale(self.network, self.train)
        rng = numpy_generator(0, "rq2")
        return list(
            measure_diversity(criteria, self.test, important, scale, repetitions=5, batch_size=BATCH, rng=rng)
        )  # fmt: skip


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder of the four IDX files")
    parser.add_argument("--epochs", type=int, default=4, help="of the training")
    parser.add_argument("--output", type=Path, help="folder for the tables")
    options = parser.parse_args()
    torch.set_num_threads(1)
    begun = time.perf_counter()
    asked = Questions(options.root, options.epochs)
    test_accuracy = accuracy(predict_logits(asked.network, asked.test.inputs, batch_size=BATCH), asked.test.labels)
    took = time.perf_counter() - begun
    print(f"LeNet trained in {took:.0f} s, test accuracy {100 * test_accuracy:.2f} %\n", flush=True)
    rankings = asked.timed("importance", asked.rank)
    pruned = asked.timed("RQ1", lambda: asked.prune(rankings))
    print(print_pruning(pruned), flush=True)
    repetitions = asked.timed("RQ2", lambda: asked.diversify(rankings["lrp"]))
    print(print_diversity(orders_of(repetitions)), flush=True)
    criteria = asked.timed("building", lambda: asked.criteria(rankings["lrp"]))
    of_test = asked.test.answered_rightly(asked.network, batch_size=BATCH)
    sensitivity = asked.timed(
        "RQ3",
        lambda: measure_sensitivity(
            asked.network, criteria, of_test, sizes=[100, 1000, 3000], shares=[0.01, 0.05, 0.1],
            attacks=["fgsm", "pgd", "cw"], repetitions=3, batch_size=BATCH,
            rng=numpy_generator(0, "rq3"), generator=torch_generator(0, "rq3"),
        ),
    )  # fmt: skip
    print(print_sensitivity(sensitivity), flush=True)
    suites = asked.timed(
        "RQ4",
        lambda: measure_impartiality(
            asked.network, criteria, asked.test, classes=10, sizes=[100, 500, 1000], biased=40, even=3, attack="cw",
            batch_size=BATCH, rng=numpy_generator(0, "rq4"), generator=torch_generator(0, "rq4"),
        ),
    )  # fmt: skip
    correlations = correlations_of(suites.rows, resamples=2000, rng=numpy_generator(0, "rq4", "bootstrap"))
    print(print_correlations(correlations), flush=True)
    seconds = ", ".join(f"{name} {value:.0f}" for name, value in asked.seconds.items())
    print(f"Seconds: {seconds}; all {sum(asked.seconds.values()):.0f}, one thread, without the training")
    if options.output is not None:
        tables = {"rq1": pruned, "rq2": repetitions, "rq2_orders": orders_of(repetitions), "rq3": sensitivity.rows}
        tables |= {"rq3_summary": summary_of(sensitivity.rows), "rq3_attacks": sensitivity.attacks}
        tables |= {"rq4": suites.rows, "rq4_correlations": correlations}
        for name, rows in tables.items():
            save_table(options.output / f"{name}.csv", as_table(rows))


if __name__ == "__main__":
    main()
