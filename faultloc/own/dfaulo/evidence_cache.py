"""The evidence of the last run, taken up where data, model and settings are the same."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from faultloc.io.evidence_store import load_evidence, save_evidence
from faultloc.io.stores.artifacts import load_array, load_json, save_array, save_json
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


@dataclass(frozen=True)
class Answers:
    """What the model says.

    ``agreement`` and ``test_accuracy`` are the shares of the given labels and of a held-out set's that it agrees with,
    in [0, 1]; ``predicted`` is its own label for each sample.
    """

    agreement: float
    test_accuracy: float | None
    predicted: Int[np.ndarray, "sample"]


class EvidenceCache:
    """Evidence in ``folder`` that belongs to ``digest``, a hash of all that it depends on."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder, self._digest = folder, digest

    def load(self, dataset: LabeledDataset) -> tuple[DefaultEvidence, Answers] | None:
        """The evidence and the model's answers, or None where they belong to something else."""
        key = self._folder / "digest.json"
        if not key.exists():
            return None
        kept = load_json(key)
        if kept.get("digest") != self._digest:
            return None
        predicted = load_array(self._folder / "predicted.npy")
        return load_evidence(self._folder, dataset), Answers(kept["agreement"], kept["test_accuracy"], predicted)

    def clear(self) -> None:
        """Removes what is there: it belongs to something else."""
        if self._folder.exists():
            shutil.rmtree(self._folder)

    def save(self, evidence: DefaultEvidence, answers: Answers) -> None:
        """Keeps ``evidence``; the digest is written last, so that half of it is never taken for all."""
        save_evidence(self._folder, evidence)
        save_array(self._folder / "predicted.npy", answers.predicted)
        said = {"agreement": answers.agreement, "test_accuracy": answers.test_accuracy}
        save_json(self._folder / "digest.json", {"digest": self._digest, **said})
