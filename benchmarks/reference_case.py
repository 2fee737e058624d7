"""The specification's reference case: MNIST's first 6,000 training digits, 5 % random labels, LeNet-1.

    python -m benchmarks.reference_case --root data/raw/mnist [--seeds 5]

Prints, for every seed of the subject, the mutants and the scorer, the RAUC and PoBL@10% of the paper's offline and
online rankings and of the plain loss, and their mean and spread. The noise is the same for all seeds.
"""

import argparse
import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf

from faultloc.evaluation.metrics import rauc, share_found
from faultloc.io.datasets.mnist import read_mnist
from faultloc.localization import most_suspicious_first
from faultloc.methods.dfaulo import streams
from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes
from faultloc.methods.dfaulo.paper.deletion.deletion_sets import deletion_sets
from faultloc.methods.dfaulo.paper.deletion.outlier import AutoencoderSettings, reconstruction_distances
from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.methods.dfaulo.paper.mutants import Mutant, make_mutants
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence
from faultloc.methods.dfaulo.paper.scoring.offline import score_offline
from faultloc.methods.dfaulo.paper.scoring.online import rank_with_verdicts
from faultloc.methods.dfaulo.paper.scoring.seed_set import SeedSet, draw_noise_input, make_seed_set
from faultloc.probes.activations import read_activations
from faultloc.probes.predictions import cross_entropy, predict_logits, softmax
from faultloc.subject.architecture import Architecture
from faultloc.subject.examination import Execution
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network
from stages.shared.torch_runtime import start_torch

SAMPLES, FAULTS = 6000, 300
RECIPE = TrainingRecipe("SGD", epochs=10, batch_size=16, optimizer_options={"lr": 0.01, "momentum": 0.9})
FINE_TUNING = RECIPE.for_fine_tuning(learning_rate=0.001, epochs=10, batch_size=64)
AUTOENCODERS = AutoencoderSettings(
    epochs=5, batch_size=32, learning_rate=1e-3, hidden_sizes=(128, 64, 32), latent_size=2, dropout=0.2, largest_side=32
)


@dataclass(frozen=True)
class Case:
    """The data of the case and a trained subject."""

    inputs: torch.Tensor
    labels: np.ndarray
    is_fault: np.ndarray
    network: torch.nn.Module


def load_case(root: Path, seed: int) -> Case:
    """The case's data, with its exact noise, and a LeNet-1 trained on it from ``seed``."""
    train = read_mnist(root=str(root)).train
    labels = train.labels[:SAMPLES].copy()
    noise = np.random.default_rng(0)
    faulty = noise.choice(SAMPLES, FAULTS, replace=False)
    labels[faulty] = (labels[faulty] + noise.integers(1, 10, FAULTS)) % 10
    is_fault = np.zeros(SAMPLES, dtype=bool)
    is_fault[faulty] = True
    inputs = torch.from_numpy(np.ascontiguousarray(train.inputs[:SAMPLES]))
    architecture = Architecture(
        "faultloc.subject.architectures.LeNet1", {"input_shape": [1, 28, 28], "num_classes": 10}
    )
    network = architecture.build(torch_generator(seed, "train", "weights"))
    train_network(network, inputs, labels, np.arange(SAMPLES), RECIPE, torch_generator(seed, "train", "epochs"))
    return Case(inputs, labels, is_fault, network)


def deletion_of(case: Case, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The three deletion sets, and the subject's logits."""
    distances = reconstruction_distances(case.inputs, case.labels, AUTOENCODERS, streams.autoencoders(seed))
    logits = predict_logits(case.network, case.inputs, batch_size=512)
    clusters = cluster_classes(
        read_activations(case.network, case.inputs, None, batch_size=512),
        case.labels,
        streams.activation_clusters(seed),
    )
    losses = cross_entropy(logits, case.labels)
    return deletion_sets(case.labels, distances, clusters, losses, ratio=0.05).stacked(), logits


def mutants_of(case: Case, deleted: np.ndarray, seed: int, workers: int) -> list[Mutant]:
    """The three mutants."""
    return make_mutants(
        case.network,
        case.inputs,
        case.labels,
        deleted,
        FINE_TUNING,
        "direct",
        streams.paper_mutants(seed, LAYERS),
        batch_size=512,
        execution=Execution(workers=workers),
    )


def evidence_of(
    case: Case, logits: np.ndarray, mutants: list[Mutant], deleted: np.ndarray, seed: int
) -> tuple[MutantEvidence, SeedSet]:
    """What the scorer reads: the evidence and the seed set."""
    evidence = MutantEvidence(
        case.labels, softmax(logits), np.stack([softmax(mutant.logits) for mutant in mutants]), deleted
    )
    noise = torch.from_numpy(draw_noise_input(case.inputs.numpy(), streams.noise_input(seed)))
    opinions = [softmax(predict_logits(case.network, noise, batch_size=1))]
    for mutant in mutants:
        network = copy.deepcopy(case.network)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in mutant.weights.items()})
        opinions.append(softmax(predict_logits(network, noise, batch_size=1)))
    generator = streams.presumed_clean(seed)
    return evidence, make_seed_set(evidence, np.concatenate(opinions), 10, generator)


def rank(case: Case, evidence: MutantEvidence, seed_set: SeedSet, seed: int) -> dict[str, np.ndarray]:
    """The offline order and the online order after 6 rounds of 200 verdicts."""
    offline = score_offline(evidence, seed_set, inverse_regularisation=1.0)
    online = rank_with_verdicts(
        evidence,
        offline,
        seed_set,
        review=lambda judged: case.is_fault[judged],
        rounds=6,
        per_round=200,
        inverse_regularisation=1.0,
        generator=streams.online_ties(seed),
    )
    return {
        "offline": most_suspicious_first(offline, streams.ties(seed)),
        "online": online.order,
    }


def measure(root: Path, seed: int) -> dict[str, float]:
    """RAUC and PoBL@10% of each ranking."""
    case = load_case(root, seed)
    deleted, logits = deletion_of(case, seed)
    evidence, seed_set = evidence_of(case, logits, mutants_of(case, deleted, seed, workers=2), deleted, seed)
    orders = rank(case, evidence, seed_set, seed)
    orders["loss"] = np.argsort(-cross_entropy(logits, case.labels), kind="stable")
    figures = {}
    for name, order in orders.items():
        figures[f"{name} RAUC"] = rauc(case.is_fault[order])
        figures[f"{name} PoBL@10%"] = share_found(case.is_fault[order], 0.10)
    return figures


def main() -> None:
    """Measures all seeds and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("data/raw/mnist"), help="folder of the four IDX files")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    start_torch(OmegaConf.create({"device": "cpu", "threads": 1}))
    measured = [measure(arguments.root, seed) for seed in range(arguments.seeds)]
    print(f"{'':18}" + "".join(f"{f'seed {seed}':>9}" for seed in range(arguments.seeds)) + f"{'mean':>9}{'spread':>9}")
    for name in measured[0]:
        values = np.array([figures[name] for figures in measured])
        cells = "".join(f"{value:9.4f}" for value in [*values, values.mean(), values.std(ddof=1)])
        print(f"{name:18}{cells}")


if __name__ == "__main__":
    main()
