"""What the default scorer reads, one array a file."""

from dataclasses import fields
from pathlib import Path

from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.subject.dataset import LabeledDataset


def save_evidence(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes each array of ``evidence`` but the labels, which are the data set's."""
    for field in fields(evidence):
        if field.name not in ("labels", "margins"):
            save_array(folder / f"{field.name}.npy", getattr(evidence, field.name))
    save_margins(folder, evidence)


def save_margins(folder: Path, evidence: DefaultEvidence) -> None:
    """Writes the margins of the training, or takes away those of an earlier run where this one has none."""
    path = folder / "margins.npy"
    if evidence.margins is None:
        path.unlink(missing_ok=True)
    else:
        save_array(path, evidence.margins)


def load_evidence(folder: Path, dataset: LabeledDataset) -> DefaultEvidence:
    """The evidence in ``folder`` about ``dataset``, memory-mapped."""
    names = [field.name for field in fields(DefaultEvidence) if field.name not in ("labels", "margins")]
    margins = folder / "margins.npy"
    return DefaultEvidence(
        labels=dataset.labels,
        **{name: load_array(folder / f"{name}.npy", mmap=True) for name in names},
        # Not every training was recorded.
        margins=load_array(margins, mmap=True) if margins.exists() else None,
    )
