"""What the default scorer reads, one array a file."""

from dataclasses import fields
from pathlib import Path

from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


def save_evidence(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes each array of ``evidence`` but the labels, which are the data set's."""
    for field in fields(evidence):
        if field.name != "labels":
            save_array(folder / f"{field.name}.npy", getattr(evidence, field.name))


def load_evidence(folder: Path, dataset: LabeledDataset) -> DefaultEvidence:
    """The evidence in ``folder`` about ``dataset``, memory-mapped."""
    names = [field.name for field in fields(DefaultEvidence) if field.name != "labels"]
    return DefaultEvidence(
        labels=dataset.labels, **{name: load_array(folder / f"{name}.npy", mmap=True) for name in names}
    )
