"""What the default scorer reads, one array a file."""

from dataclasses import fields
from pathlib import Path

from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


def save_evidence(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes each array of ``evidence`` that is there, but for the labels, which are the data set's."""
    for field in fields(evidence):
        if field.name != "labels" and getattr(evidence, field.name) is not None:
            save_array(folder / f"{field.name}.npy", getattr(evidence, field.name))


def load_evidence(folder: Path, dataset: LabeledDataset) -> DefaultEvidence:
    """The evidence in ``folder`` about ``dataset``, memory-mapped; without what an earlier version did not gather."""
    paths = {field.name: folder / f"{field.name}.npy" for field in fields(DefaultEvidence) if field.name != "labels"}
    is_optional = {field.name for field in fields(DefaultEvidence) if field.default is None}
    return DefaultEvidence(
        labels=dataset.labels,
        **{
            name: load_array(path, mmap=True)
            for name, path in paths.items()
            if path.exists() or name not in is_optional
        },
    )
