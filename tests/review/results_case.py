"""Folders of results as `faultloc dfaulo` leaves them: digits with a trained model, and made-up texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from faultloc.io.datasets.digits import read_digits
from faultloc.io.evidence_store import save_evidence
from faultloc.io.results_store import load_results, save_result_tables
from faultloc.io.stores.dataset_store import save_dataset
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.step import DefaultScorer, DefaultScorerSettings
from faultloc.methods.dfaulo.default.suffix.gathering import SuffixStreams, gather_evidence
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.probes.prefix import find_prefix, read_model
from faultloc.subject.architectures.lenet import LeNet1
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Execution
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.splits import DatasetSplits
from faultloc.subject.training import train_network
from tests.methods.dfaulo.default.default_case import make_case

# For class names, ids and texts: what a page must show and never run.
HOSTILE = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"

_WORDS = {
    "sport": "match goal team season coach stadium league striker final whistle crowd title",
    "business": "shares profit market merger bank quarter trade oil prices deal investor chief",
    "world": "minister border talks election troops treaty capital protest vote envoy refugees summit",
    "science": "planet genome chip software telescope virus satellite data robot laboratory study probe",
}


@dataclass(frozen=True)
class Case:
    """A folder of results, and which of its samples are faulty, by their ids."""

    folder: Path
    faulty: frozenset[str]


def make_digits(folder: Path, *, samples: int = 400, flipped: int = 32) -> Case:
    """Digits, some with another label."""
    rng = np.random.default_rng(0)
    digits = read_digits().train.select(np.arange(samples))
    wrong = rng.choice(samples, flipped, replace=False)
    labels = digits.labels.copy()
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, flipped)) % 10
    dataset = replace(digits, labels=labels)
    _save(folder, dataset, _evidence(dataset))
    return Case(folder, frozenset(dataset.sample_ids[wrong].tolist()))


def make_texts(folder: Path, *, samples: int = 400, wrong: int = 30) -> Case:
    """Made-up news with some labels flipped, on made-up evidence."""
    case, rng = make_case(samples, wrong), np.random.default_rng(1)
    names = list(_WORDS)
    texts = [_news(_WORDS[names[label]].split(), rng) for label in case.true_labels]
    texts[int(np.flatnonzero(case.is_fault)[0])] += f" {HOSTILE}"
    words = ["", *sorted({word for text in texts for word in text.split()})]
    number = {word: index for index, word in enumerate(words)}
    tokens = np.zeros((samples, max(len(text.split()) for text in texts)), np.int32)
    for row, text in enumerate(texts):
        tokens[row, : len(text.split())] = [number[word] for word in text.split()]
    ids = np.array([f"train/{row:05}" for row in range(samples)])
    dataset = LabeledDataset(tokens, case.evidence.labels, ids, names)
    _save(folder, dataset, case.evidence, tuple(texts), tuple(words))
    return Case(folder, frozenset(ids[case.is_fault].tolist()))


def rename(folder: Path, class_names: Sequence[str], sample_ids: Sequence[str] = ()) -> None:
    """Gives the classes other names and the first samples other ids, wherever they stand."""
    results = load_results(folder)
    old = results.dataset
    new_ids = np.array([*sample_ids, *old.sample_ids[len(sample_ids) :]])
    ids_of = dict(zip(old.sample_ids, new_ids, strict=True))
    names_of = dict(zip(old.class_names, class_names, strict=True))
    ranking = results.ranking.assign(
        sample_id=results.ranking["sample_id"].map(ids_of),
        given_label=results.ranking["given_label"].map(names_of),
        suggested_label=results.ranking["suggested_label"].map(names_of),
    )
    dataset = replace(old, inputs=np.array(old.inputs), sample_ids=new_ids, class_names=list(class_names))
    save_dataset(folder / "dataset", DatasetSplits(dataset))
    save_result_tables(folder, ranking, results.summary, results.run)


def _news(words: list[str], rng: np.random.Generator) -> str:
    sentences = [" ".join(["The", *rng.choice(words, 7), "after", *rng.choice(words, 3)]) for _ in range(3)]
    return ". ".join(sentences) + "."


def _evidence(dataset: LabeledDataset) -> DefaultEvidence:
    torch.manual_seed(0)
    network = LeNet1(dataset.inputs.shape[1:], 10)
    inputs = as_tensor(dataset.inputs, torch.device("cpu"))
    recipe = TrainingRecipe("Adam", 6, 32, {"lr": 0.005})
    generator = torch.Generator().manual_seed(0)
    train_network(network, inputs, dataset.labels, np.arange(len(dataset)), recipe, generator)
    prefix = find_prefix(network, inputs[:2])
    evidence, _ = gather_evidence(
        read_model(network, inputs, prefix, batch_size=256),
        dataset.labels,
        prefix.tail_widths,
        SuffixSettings(mutants=3, left_out=1, checkpoints=(4, 8), hidden_size=32, fewest_steps=16),
        NeighbourSettings(),
        SuffixStreams(np.random.default_rng(0), [torch.Generator().manual_seed(mutant) for mutant in range(3)]),
        execution=Execution(),
    )
    return evidence


def _save(
    folder: Path,
    dataset: LabeledDataset,
    evidence: DefaultEvidence,
    texts: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
) -> None:
    save_dataset(folder / "dataset", DatasetSplits(dataset, vocabulary=words, texts=texts))
    save_evidence(folder / "evidence", evidence)
    scorer = DefaultScorer(dataset, evidence, DefaultScorerSettings(), 0)
    localization, summary = scorer.offline(evidence.seen.argmax(axis=1))
    order = localization.order(np.random.default_rng(0))
    weights = {"anchor_share": 0.3, "neighbour_weight": 0.5, "input_weight": 2.0, "record_weight": 0.5, "floor": 0.001}
    save_result_tables(folder, localization.ranked(order), summary, {"seed": 0, "scorer": weights})
