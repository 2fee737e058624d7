"""The steps of the benchmark, each cached: subject -> evidence, peers (-> cross-validation)."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf
from torch import nn

from benchmarks.quality.cache import REPOSITORY, cached, source_digest
from benchmarks.quality.cases import Case
from benchmarks.quality.data import faulty_dataset
from benchmarks.quality.peers import suspiciousness_from_cross_validation, suspiciousness_of_peers
from benchmarks.quality.subjects import case_architecture, cross_validated, train_subject
from faultloc.faults.samples.plant import FaultyDataset
from faultloc.methods.dfaulo.default.suffix.mutants import SuffixSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import NeighbourSettings
from faultloc.methods.dfaulo.default.suffix.step import examine
from faultloc.probes.activations import read_activations
from faultloc.subject.examination import Examination
from faultloc.subject.seeding import torch_generator

# What the subjects depend on; a step after them takes in the digest of the step before.
_SUBJECT_SOURCES = (
    "benchmarks/quality/data.py",
    "benchmarks/quality/networks.py",
    "benchmarks/quality/subjects.py",
    "faultloc/faults",
    "faultloc/subject",
    "faultloc/io/datasets",
)
_EVIDENCE_SOURCES = (
    "faultloc/methods/dfaulo/default/evidence.py",
    "faultloc/methods/dfaulo/default/inputs",
    "faultloc/methods/dfaulo/default/suffix",
    "faultloc/methods/dfaulo/streams.py",
    "faultloc/probes",
)
_PEER_SOURCES = (
    "benchmarks/quality/peers.py",
    "faultloc/evaluation",
    "faultloc/peers/cross_validation.py",
    "faultloc/probes",
)
SUFFIX = OmegaConf.load(REPOSITORY / "conf/suffix/default.yaml")
_BATCH_SIZE = 512


class Workplace:
    """Where the data lie (``root``) and where the steps' results are kept (``cache``)."""

    def __init__(self, root: Path, cache: Path) -> None:
        self._root, self._cache = root, cache

    def subject(self, case: Case) -> dict[str, np.ndarray]:
        """The trained subject of ``case``."""
        folder = self._cache / case.name / "subject"
        return cached(folder, subject_digest(case), lambda: train_subject(case, self._root))

    def evidence(self, case: Case, training: str) -> dict[str, np.ndarray]:
        """What the default scorer reads, with the pipeline's own settings, and the truth beside it."""
        settings = OmegaConf.to_yaml(SUFFIX)
        digest = _digest(subject_digest(case), source_digest(_EVIDENCE_SOURCES), training, settings, "and predicted")
        return cached(self._cache / case.name / training / "evidence", digest, lambda: self._gather(case, training))

    def peers(self, case: Case, training: str) -> dict[str, np.ndarray]:
        """Every peer's suspiciousness."""
        digest = _digest(subject_digest(case), source_digest(_PEER_SOURCES), training)
        return cached(self._cache / case.name / training / "peers", digest, lambda: self._ask_peers(case, training))

    def cross_validation(self, case: Case) -> dict[str, np.ndarray]:
        """cleanlab's suspiciousness from five-fold probabilities, each fold trained as the normal subject is."""
        digest = _digest(subject_digest(case), source_digest(_PEER_SOURCES), "five folds")

        def compute() -> Mapping[str, np.ndarray]:
            probabilities, labels = cross_validated(case, self._root)
            return suspiciousness_from_cross_validation(probabilities, labels)

        return cached(self._cache / case.name / "cross_validation", digest, compute)

    def _gather(self, case: Case, training: str) -> Mapping[str, np.ndarray]:
        faulty, network, _ = self._rebuilt(case, training)
        labels = faulty.dataset.labels
        examination = Examination(network, faulty.dataset, case.seed, torch.device("cpu"), _BATCH_SIZE)
        examined = examine(examination, *suffix_settings())
        truth = faulty.truth
        kinds = np.full(len(labels), "", dtype="U16") if truth is None else truth.fault_kinds
        true_labels = labels if truth is None else truth.true_labels
        gathered = {name: values for name, values in asdict(examined.evidence).items() if values is not None}
        return {**gathered, "kinds": kinds, "true_labels": true_labels, "predicted": examined.predicted}

    def _ask_peers(self, case: Case, training: str) -> Mapping[str, np.ndarray]:
        faulty, network, inputs = self._rebuilt(case, training)
        trained = self.subject(case)
        return suspiciousness_of_peers(
            faulty.dataset.inputs,
            faulty.dataset.labels,
            trained[f"{training}/logits"],
            read_activations(network, inputs, None, batch_size=_BATCH_SIZE),
            trained[f"{training}/aum"],
        )

    def _rebuilt(self, case: Case, training: str) -> tuple[FaultyDataset, nn.Module, torch.Tensor]:
        faulty, vocabulary = faulty_dataset(case, self._root)
        network = case_architecture(case, faulty.dataset, vocabulary).build(torch_generator(0, "overwritten"))
        prefix = f"{training}/weights/"
        weights = {
            name.removeprefix(prefix): torch.from_numpy(values)
            for name, values in self.subject(case).items()
            if name.startswith(prefix)
        }
        network.load_state_dict(weights)
        return faulty, network, torch.from_numpy(np.ascontiguousarray(faulty.dataset.inputs))


def suffix_settings() -> tuple[SuffixSettings, NeighbourSettings]:
    """The pipeline's own settings of the evidence."""
    options = OmegaConf.to_container(SUFFIX)
    around = NeighbourSettings(*(options.pop(name) for name in ("embeddings", "neighbours", "sharpness")))
    del options["training_record"]
    return SuffixSettings(**options), around


def subject_digest(case: Case) -> str:
    """The name of the subject's file."""
    return _digest(source_digest(_SUBJECT_SOURCES), repr(case), str(case.pair), case.architecture)


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:12]
