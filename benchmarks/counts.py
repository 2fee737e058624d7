"""How often the stated number of faults holds the truth, over small subjects of many kinds.

    python -m benchmarks.counts --root data/raw [--kept folder] [--only text] [--seeds 1] [--most 40]

Each subject is a small network on 100 to 2,000 samples with faults of a known number: random and swapped labels,
foreign inputs, labels that a weak model confuses (as people do), none at all; trained normally or until it says what
its labels say; few samples a class; a class that is 100 or 1,000 times rarer. The first ``--most`` are run, in an order
that mixes all kinds; one takes about 8 CPU seconds. The table has a row for each group: of how many a count was given,
of how many of those the interval holds the truth, its median width as a share of all samples, and of how many
wrong labels it was said that their input is foreign. ``--kept`` keeps what was asked of the networks (read back with
pickle: only a folder of your own), so that a changed count is seen in seconds.
"""

import argparse
import pickle
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch import nn

from benchmarks.quality import data as stored
from benchmarks.quality.networks import ConvNet, ReluLeNet5
from faultloc.fault_estimate import FaultEstimate
from faultloc.kinds import FOREIGN_INPUT
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.own.dfaulo.ranking import ask_mutants, rank_by_default
from faultloc.own.dfaulo.settings import LocateSettings
from faultloc.subject.architectures import RecurrentClassifier
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import EpochRecord, train_network

_NORMAL_EPOCHS, _MOST_EPOCHS = 8, 60
# The data whose images belong to no class of the first.
_FOREIGN = {
    "mnist": "fashion_mnist",
    "usps": "fashion_mnist",
    "digits": "",
    "fashion_mnist": "mnist",
    "cifar10": "mnist",
}


read_splits = lru_cache(stored.read_splits)


@dataclass(frozen=True)
class Subject:
    """``per_class`` limits the samples of each class; the last class is ``rarer`` times rarer than the others."""

    data: str
    fault: str
    share: float
    memorised: bool = False
    samples: int = 600
    per_class: int | None = None
    classes: int = 10
    rarer: int = 1
    seed: int = 0

    @property
    def group(self) -> str:
        """The row of the table."""
        if self.rarer > 1:
            return f"{self.rarer}:1"
        if self.per_class:
            return f"{self.per_class} a class"
        trained = ", memorised" if self.memorised else ""
        return f"{self.data}{trained}"


def subjects(seeds: int) -> Iterator[Subject]:
    """All of them."""
    for seed in range(seeds):
        for memorised in (False, True):
            for data in ("digits", "mnist", "usps", "fashion_mnist", "cifar10", "ag_news"):
                basic = Subject(data, "none", 0.0, memorised, classes=4 if data == "ag_news" else 10, seed=seed)
                yield basic
                for share in (0.01, 0.05, 0.2):
                    for fault in ("random", "swap", "hard", "foreign"):
                        if fault == "foreign" and not _FOREIGN.get(data):
                            continue
                        yield replace(basic, fault=fault, share=share)
            for data in ("mnist", "fashion_mnist"):
                for per_class in (10, 30, 100):
                    for fault, share in (("none", 0.0), ("random", 0.05), ("swap", 0.05), ("random", 0.2)):
                        yield Subject(data, fault, share, memorised, per_class=per_class, seed=seed)
                for classes, rarer, samples in ((2, 1000, 2000), (2, 100, 1000), (10, 100, 1000)):
                    for fault, share in (("none", 0.0), ("random", 0.001), ("random", 0.01)):
                        yield Subject(data, fault, share, memorised, samples, classes=classes, rarer=rarer, seed=seed)


@dataclass(frozen=True)
class Asked:
    """What the scorer reads of a subject, and the truth."""

    dataset: LabeledDataset
    evidence: DefaultEvidence
    predicted: np.ndarray
    is_fault: np.ndarray
    is_foreign: np.ndarray
    true_labels: np.ndarray


class _EnoughError(Exception):
    """The network says what its labels say."""


def ask(subject: Subject, root: Path) -> Asked:
    """Trains the subject's network and asks its mutants."""
    rng = np.random.default_rng([subject.seed, zlib.crc32(repr(replace(subject, memorised=False)).encode())])
    inputs, true_labels, vocabulary = _clean(subject, root, rng)
    inputs, labels, is_foreign = _planted(subject, inputs, true_labels, root, rng)
    names = tuple(str(label) for label in range(subject.classes))
    dataset = LabeledDataset(inputs, labels, np.array([f"s{row:05d}" for row in range(len(labels))]), names)
    torch.manual_seed(subject.seed)
    network = _network(subject, inputs, vocabulary)
    tensor = torch.from_numpy(inputs)

    def on_epoch(record: EpochRecord) -> None:
        if subject.memorised and record.accuracy >= 0.995:
            network.eval()
            with torch.no_grad():
                said = torch.cat([network(part) for part in tensor.split(500)]).argmax(dim=1).numpy()
            network.train()
            if (said == labels).all():
                raise _EnoughError

    epochs = _MOST_EPOCHS if subject.memorised else max(_NORMAL_EPOCHS, min(30, 6_000 // len(labels)))
    recipe = TrainingRecipe(
        "Adam", epochs, min(64, max(8, len(labels) // 20)), {"lr": 3e-3 if subject.data in ("digits", "usps") else 1e-3}
    )
    with suppress(_EnoughError):
        train_network(
            network, tensor, labels, np.arange(len(labels)), recipe, torch.Generator().manual_seed(1), on_epoch=on_epoch
        )
    examined = ask_mutants(Examination(network, dataset, subject.seed, torch.device("cpu"), 512), LocateSettings())
    return Asked(
        dataset, examined.evidence, examined.predicted, (labels != true_labels) | is_foreign, is_foreign, true_labels
    )


def _clean(subject: Subject, root: Path, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    vocabulary = 0
    if subject.data == "digits":
        digits = load_digits()
        inputs, labels = digits.images[:, None].astype(np.float32) / 16, digits.target.astype(np.int64)
    else:
        splits = read_splits(subject.data, root)
        inputs, labels, vocabulary = splits.train.inputs, splits.train.labels, len(splits.vocabulary)
    order = rng.permutation(len(labels))
    order = order[labels[order] < subject.classes]
    if subject.rarer > 1:
        common = subject.samples // (subject.classes - 1 + 1 / subject.rarer)
        wanted = [int(common)] * (subject.classes - 1) + [max(1, round(common / subject.rarer))]
    else:
        wanted = [subject.per_class or subject.samples] * subject.classes
    order = np.concatenate([order[labels[order] == label][:most] for label, most in enumerate(wanted)])
    order = rng.permutation(order)[: subject.samples if not subject.per_class else None]
    inputs = inputs[order]
    if inputs.dtype == np.uint8:
        inputs = inputs.astype(np.float32) / 255
    return np.ascontiguousarray(inputs), labels[order], vocabulary


def _planted(
    subject: Subject, inputs: np.ndarray, true_labels: np.ndarray, root: Path, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    samples, classes = len(true_labels), subject.classes
    count = round(subject.share * samples)
    labels, is_foreign = true_labels.copy(), np.zeros(samples, bool)
    if not count:
        return inputs, labels, is_foreign
    if subject.fault == "random":
        chosen = rng.choice(samples, count, replace=False)
        labels[chosen] = (labels[chosen] + rng.integers(1, classes, count)) % classes
    elif subject.fault == "swap":
        first, second = (classes - 2, classes - 1) if subject.rarer > 1 else rng.choice(classes, 2, replace=False)
        members = np.flatnonzero(np.isin(labels, [first, second]))
        chosen = rng.choice(members, min(count, len(members) // 3), replace=False)
        labels[chosen] = np.where(labels[chosen] == first, second, first)
    elif subject.fault == "hard":
        # As people err: where a weak model, which has seen few samples, is wrong, and what it says.
        flat = inputs.reshape(samples, -1)
        if subject.data == "ag_news":
            flat = np.stack([np.bincount(row % 512, minlength=512) for row in inputs]).astype(np.float32)
        few = rng.choice(samples, 20 * classes, replace=False)
        weak = LogisticRegression(C=0.1, max_iter=200).fit(flat[few], true_labels[few])
        said = weak.classes_[weak.predict_proba(flat).argmax(axis=1)]
        wrong = np.flatnonzero(said != true_labels)
        chosen = rng.choice(wrong, min(count, len(wrong)), replace=False)
        labels[chosen] = said[chosen]
    else:
        chosen = rng.choice(samples, count, replace=False)
        other = read_splits(_FOREIGN[subject.data], root).train.inputs
        taken = other[rng.choice(len(other), count, replace=False)].astype(np.float32) / 255
        taken = torch.nn.functional.interpolate(torch.from_numpy(taken), inputs.shape[2:], mode="bilinear").numpy()
        inputs = inputs.copy()
        inputs[chosen] = np.broadcast_to(taken, (count, *inputs.shape[1:]))
        labels[chosen] = rng.integers(0, classes, count)
        is_foreign[chosen] = True
    return inputs, labels, is_foreign


def _network(subject: Subject, inputs: np.ndarray, vocabulary: int) -> nn.Module:
    shape, classes = inputs.shape[1:], subject.classes
    if subject.data == "ag_news":
        return RecurrentClassifier(vocabulary, classes, embedding_size=50, hidden_size=32, layers=1, dropout=0.0)
    if subject.data == "cifar10":
        return ConvNet(shape, classes)
    if subject.data in ("digits", "usps"):
        return nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), 64), nn.ReLU(), nn.Linear(64, classes))
    return ReluLeNet5(shape, classes)


def main() -> None:
    """Prints a line for each subject and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most", type=int, default=40)
    given = parser.parse_args()
    torch.set_num_threads(1)
    mixed = sorted(subjects(given.seeds), key=lambda subject: zlib.crc32(repr(subject).encode()))
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for subject in [subject for subject in mixed if given.only in repr(subject)][: given.most]:
        asked = _kept(subject, given.root, given.kept)
        ranking, summary = rank_by_default(asked.dataset, asked.evidence, asked.predicted, LocateSettings())
        estimate = FaultEstimate.from_summary(summary)
        assert estimate is not None
        said_foreign = ranking.loc[ranking["kind"] == FOREIGN_INPUT, "sample_id"]
        is_said = np.isin(asked.dataset.sample_ids, said_foreign.to_numpy(np.str_))
        is_wrong = asked.is_fault & ~asked.is_foreign
        outcome = Outcome(int(asked.is_fault.sum()), estimate, len(is_said), int((is_said & is_wrong).sum()))
        outcomes[subject.group].append(outcome)
        print(subject, outcome, flush=True)
    _print_table(outcomes)


@dataclass(frozen=True)
class Outcome:
    """What was said of a subject with so many ``faults``, and how many wrong labels were called foreign inputs."""

    faults: int
    estimate: FaultEstimate
    samples: int
    misnamed: int

    @property
    def holds(self) -> bool:
        """The interval holds the truth."""
        return self.estimate.low <= self.faults <= self.estimate.high


def _print_table(outcomes: Mapping[str, list[Outcome]]) -> None:
    print("| subjects | runs | counted | holds the truth | median width | wrong labels called foreign |")
    print("|---|---|---|---|---|---|")
    everything = [outcome for group in outcomes.values() for outcome in group]
    for name, group in [*sorted(outcomes.items()), ("all", everything)]:
        counted = [outcome for outcome in group if outcome.estimate.expected is not None]
        widths = [(outcome.estimate.high - outcome.estimate.low) / outcome.samples for outcome in counted]
        width = f"{np.median(widths):.2f}" if widths else ""
        holds, misnamed = sum(outcome.holds for outcome in counted), sum(outcome.misnamed for outcome in group)
        print(f"| {name} | {len(group)} | {len(counted)} | {holds} | {width} | {misnamed} |")


def _kept(subject: Subject, root: Path, folder: Path | None) -> Asked:
    if folder is None:
        return ask(subject, root)
    path = folder / f"{zlib.crc32(repr(subject).encode()):08x}.pickle"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(ask(subject, root)))
    return pickle.loads(path.read_bytes())  # noqa: S301 (the file is this program's own)


if __name__ == "__main__":
    main()
