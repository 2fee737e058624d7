"""Anyone's own arrays, from one ``.npz`` file."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64, Shaped

from faultloc.errors import DataError
from faultloc.io.datasets.input_arrays import standard_inputs
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

_KEYS = ("inputs", "labels", "test_inputs", "test_labels", "is_fault", "class_names")
_REQUIRED = ("inputs", "labels")


def read_npz(*, path: str) -> DatasetSplits:
    """The samples in the arrays ``inputs`` and ``labels`` of the file at ``path``.

    Where present, ``test_inputs`` and ``test_labels`` are the test set, ``is_fault`` says which samples are known to
    be faulty, ``class_names`` names the labels 0, 1, ...; without it classes are named by their number. What
    ``inputs`` may be: see ``standard_inputs``. The words of token ids are not known, so the vocabulary is their
    numbers.

    Raises:
        DataError: the file or an array of it is missing, malformed, or does not fit the others.
    """
    source = Path(path)
    arrays = _load(source)
    inputs = standard_inputs(arrays["inputs"], f"inputs in {source}")
    labels = _labels(arrays["labels"], f"labels in {source}")
    test_inputs = test_labels = None
    if "test_inputs" in arrays and "test_labels" in arrays:
        test_inputs = standard_inputs(arrays["test_inputs"], f"test_inputs in {source}")
        test_labels = _labels(arrays["test_labels"], f"test_labels in {source}")
    known = np.concatenate([labels, [] if test_labels is None else test_labels]).astype(np.int64)
    names = _class_names(arrays.get("class_names"), known, source)
    train = _labeled("train", inputs, labels, names)
    test = None if test_inputs is None or test_labels is None else _labeled("test", test_inputs, test_labels, names)
    vocabulary: tuple[str, ...] = ()
    if train.input_kind == "tokens":
        largest = max(part.max(initial=0) for part in (inputs, test_inputs) if part is not None)
        vocabulary = tuple(str(token) for token in range(int(largest) + 1))
    return DatasetSplits(train, test, vocabulary, is_fault=_is_fault(arrays.get("is_fault"), len(labels), source))


def _load(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise DataError(f"the file {path} does not exist: set dataset.path to an .npz file with inputs and labels")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in _KEYS if name in file}
            found = list(file)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{path} is not readable as an .npz file of plain arrays ({error}): write it with numpy.savez, without "
            "objects"
        ) from error
    missing = [name for name in _REQUIRED if name not in arrays]
    if missing:
        raise DataError(
            f"{path} holds {', '.join(found) or 'nothing'} and lacks {', '.join(missing)}: rename the arrays; known "
            f"are {', '.join(_KEYS)}"
        )
    if ("test_inputs" in arrays) != ("test_labels" in arrays):
        raise DataError(f"{path} holds only one of test_inputs and test_labels: add the other or leave both out")
    return arrays


def _labels(labels: Shaped[np.ndarray, "..."], what: str) -> Int64[np.ndarray, "sample"]:
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{what}: found shape {labels.shape} of {labels.dtype}, expected one integer class index per sample: "
            "use labels.ravel().astype(int)"
        )
    return labels.astype(np.int64)


def _class_names(names: np.ndarray | None, labels: Int64[np.ndarray, "sample"], path: Path) -> tuple[str, ...]:
    if names is None:
        if labels.max(initial=-1) >= len(labels):
            raise DataError(
                f"labels in {path} run to {labels.max()} with only {len(labels)} samples: number the classes 0, 1, ... "
                "without gaps"
            )
        return tuple(str(index) for index in range(int(labels.max(initial=-1)) + 1))
    if names.ndim != 1 or len(set(names.tolist())) != len(names):
        raise DataError(f"class_names in {path} is not a list of different names: give one name for each class")
    return tuple(str(name) for name in names)


def _is_fault(is_fault: np.ndarray | None, samples: int, path: Path) -> Bool[np.ndarray, "sample"] | None:
    if is_fault is None:
        return None
    if is_fault.shape != (samples,) or not np.isin(is_fault, (0, 1)).all():
        raise DataError(
            f"is_fault in {path} has shape {is_fault.shape} of {is_fault.dtype}, expected {samples} times true or "
            "false (or 1 or 0), one for each of labels"
        )
    return is_fault.astype(bool)


def _labeled(
    split: str,
    inputs: Shaped[np.ndarray, "sample ..."],
    labels: Int64[np.ndarray, "label"],  # as many as inputs, which LabeledDataset checks
    class_names: tuple[str, ...],
) -> LabeledDataset:
    return LabeledDataset(inputs, labels, numbered_ids(split, np.arange(len(inputs)), len(inputs)), class_names)
