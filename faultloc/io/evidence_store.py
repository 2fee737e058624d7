"""What the default scorer reads, one array a file."""

from dataclasses import fields
from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


def save_evidence(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes each array of ``evidence`` but the labels, which are the data set's.

    What is None of it, as the margins of a training that nobody recorded, takes an earlier run's file away.
    """
    for field in fields(evidence):
        if field.name != "labels":
            _save_or_remove(folder / f"{field.name}.npy", getattr(evidence, field.name))


def save_margins(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes the margins of the training, or takes away those of an earlier run where this one has none."""
    _save_or_remove(folder / "margins.npy", evidence.margins)


def _save_or_remove(path: Path, values: np.ndarray | None) -> None:
    if values is None:
        path.unlink(missing_ok=True)
    else:
        save_array(path, values)


def load_evidence(folder: Path, dataset: LabeledDataset) -> DefaultEvidence:
    """The evidence in ``folder`` about ``dataset``, memory-mapped; without what was not gathered, as earlier on."""
    paths = {field.name: folder / f"{field.name}.npy" for field in fields(DefaultEvidence) if field.name != "labels"}
    may_lack = {field.name for field in fields(DefaultEvidence) if field.default is None}
    there = {name: path for name, path in paths.items() if path.exists() or name not in may_lack}
    return DefaultEvidence(labels=dataset.labels, **{name: load_array(path, mmap=True) for name, path in there.items()})
