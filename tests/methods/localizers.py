"""Every method that localizes, as the contract runs it: name one here, and `test_contract.py` holds it to the rest.

A method is a function from a trained network and a seed to its `Localization`. Coverage is none: its answer is of
another type.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from faultloc.localization import Kind, Localization
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.methods.dfaulo.default.scoring.step import DefaultScorer, DefaultScorerSettings
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.methods.dfaulo.default.suffix.step import examine
from faultloc.methods.dfaulo.paper.settings import PaperSettings
from faultloc.methods.dfaulo.paper.whole import localize_by_paper
from faultloc.methods.hudd.cutting import cut_into_causes
from faultloc.methods.hudd.errors import find_errors
from faultloc.methods.hudd.evidence.reading import read_evidence
from faultloc.methods.hudd.growing import grow
from faultloc.methods.hudd.settings import PRESETS
from faultloc.probes.predictions import predict
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination
from faultloc.subject.recipe import TrainingRecipe

SAMPLES = 400
CPU = torch.device("cpu")
MUTANTS = SuffixSettings(mutants=3, left_out=1, checkpoints=(2, 4), hidden_size=16, fewest_steps=8)


def digits() -> LabeledDataset:
    """Handwritten digits as images; ids that tell their order in the set from their names."""
    inputs, labels = load_digits(return_X_y=True)
    images = (inputs[:SAMPLES].reshape(-1, 1, 8, 8) * 15.9).astype(np.uint8)
    ids = np.array([f"digit-{SAMPLES - number:03d}" for number in range(SAMPLES)])
    return LabeledDataset(images, labels[:SAMPLES].astype(np.int64), ids, [str(digit) for digit in range(10)])


def new_network() -> nn.Module:
    """A small network that has learned the digits a little, in evaluation mode."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Dropout(0.1), nn.Linear(24, 10))
    train(network, torch.optim.Adam(network.parameters(), lr=0.01), steps=60)
    return network.eval()


def train(network: nn.Module, optimizer: torch.optim.Optimizer, *, steps: int) -> None:
    dataset = digits()
    inputs, labels = torch.from_numpy(dataset.inputs).float() / 255, torch.from_numpy(dataset.labels)
    network.train()
    for step in range(steps):
        batch = slice(32 * step % 320, 32 * step % 320 + 32)
        optimizer.zero_grad()
        F.cross_entropy(network(inputs[batch]), labels[batch]).backward()
        optimizer.step()


def examination(network: nn.Module, seed: int) -> Examination:
    return Examination(network, digits(), seed, CPU, 128)


def by_default_scorer(network: nn.Module, seed: int) -> Localization:
    examined = examine(examination(network, seed), MUTANTS, NeighbourSettings())
    scorer = DefaultScorer(digits(), examined.evidence, DefaultScorerSettings(), seed)
    return scorer.offline(examined.predicted)[0]


def by_paper(network: nn.Module, seed: int) -> Localization:
    recipe = TrainingRecipe("SGD", 1, 64, {"lr": 0.01})
    return localize_by_paper(examination(network, seed), recipe, PaperSettings())[0]


def by_monitor(network: nn.Module, seed: int) -> Localization:
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.0)
    with TrainingMonitor(network, optimizer, on_finding=lambda finding: None) as monitor:
        train(network, optimizer, steps=40)
    network.eval()
    return monitor.diagnosis().localization()


def by_hudd(network: nn.Module, seed: int) -> Localization:
    examined, settings = examination(network, seed), PRESETS["default"]
    errors = find_errors(predict(network, digits(), CPU, batch_size=128).outputs, digits().labels)
    evidence = read_evidence(examined, errors, settings.heatmaps)
    grown = {name: grow(values, settings.linkage) for name, values in evidence.by_layer.items()}
    return cut_into_causes(evidence, grown, settings.linkage, settings.root_causes).localization()


def layers(network: nn.Module) -> set[str]:
    return {name for name, module in network.named_modules() if not list(module.children())}


@dataclass(frozen=True)
class Localizer:
    """``elements`` gives the ids that must be among those localized; ``only`` if there are no others."""

    localize: Callable[[nn.Module, int], Localization]
    kind: Kind
    elements: Callable[[nn.Module], set[str]]
    only: bool = True


def sample_ids(network: nn.Module) -> set[str]:
    return set(digits().sample_ids.tolist())


# By the method's folder below faultloc/methods/.
LOCALIZERS: Mapping[str, Localizer] = {
    "dfaulo/default": Localizer(by_default_scorer, "sample", sample_ids),
    "dfaulo/paper": Localizer(by_paper, "sample", sample_ids),
    "deep_localize": Localizer(by_monitor, "layer", layers, only=False),
    "hudd": Localizer(by_hudd, "cluster", lambda network: {"cause_1", "cause_2"}, only=False),
}
