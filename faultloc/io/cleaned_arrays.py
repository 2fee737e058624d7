"""A cleaned copy of a data set that is arrays, as the ``.npz`` file that faultloc reads."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from faultloc.errors import DataError
from faultloc.io.examined import ExaminedData
from faultloc.io.original_rows import original_rows
from faultloc.purify.changes import Change, apply_changes
from faultloc.subject.dataset import LabeledDataset

_NOT_BY_SAMPLE = ("class_names", "test_inputs", "test_labels")


def write_cleaned_arrays(
    data: ExaminedData, target: Path, dataset: LabeledDataset, test: LabeledDataset | None, changes: Sequence[Change]
) -> Path:
    """Writes an ``.npz`` file with the ``changes`` into the folder ``target``; the path of the new file.

    Where ``data`` is an ``.npz`` file, its own arrays are filtered: those with a row for each sample. Arrays from
    elsewhere are written as they were examined (``dataset`` and ``test``).

    Raises:
        DataError: the file does not hold the samples that were examined.
    """
    if data.root.suffix == ".npz" and data.root.is_file():
        written = target / data.root.name
        _save(written, _filtered(data.root, dataset, changes))
        return written
    cleaned = apply_changes(dataset, changes)
    arrays = {"inputs": dataset.inputs[cleaned.kept], "labels": cleaned.labels[cleaned.kept]}
    if test is not None:
        arrays |= {"test_inputs": test.inputs, "test_labels": test.labels}
    written = target / "dataset.npz"
    _save(written, arrays | {"class_names": np.array(dataset.class_names, dtype=np.str_)})
    return written


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    np.savez(path, allow_pickle=False, **arrays)


def _filtered(path: Path, dataset: LabeledDataset, changes: Sequence[Change]) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is not readable as an .npz file of plain arrays ({error}); expected it as it was"
        ) from error
    labels = arrays.get("labels", np.array([])).ravel()
    rows = original_rows(dataset.sample_ids.tolist(), len(labels))
    if rows is None or (labels[rows] != dataset.labels).any():
        raise DataError(
            f"{path} does not hold the samples and labels that were examined; expected the file as it was: run "
            "`faultloc dfaulo` again"
        )
    cleaned = apply_changes(dataset, changes)
    labels = labels.copy()
    labels[rows] = cleaned.labels
    stays = np.ones(len(labels), dtype=bool)
    stays[np.delete(rows, cleaned.kept)] = False
    if (cleaned.labels != dataset.labels).any():
        arrays.pop("is_fault", None)  # it speaks of the labels before
    return {
        name: array[stays] if name not in _NOT_BY_SAMPLE and array.ndim and len(array) == len(stays) else array
        for name, array in (arrays | {"labels": labels}).items()
    }
