"""The data set as the stages keep it: one memory-mapped array of inputs, labels, ids, and the names of the classes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faultloc.io.artifacts import load_array, load_json, save_array, save_json
from faultloc.subject.dataset import LabeledDataset, Targets

_TEST_FILES = ("test_inputs.npy", "test_labels.npy", "test_sample_ids.npy")
# Of a regression only.
_TARGET_FILES = ("targets.npy", "test_targets.npy")


@dataclass(frozen=True)
class DatasetSplits:
    """What a reader gives: the set to examine, a test set where there is one, and what text needs to be read again.

    ``vocabulary`` maps a token id (its position) to its word and is empty unless the inputs are tokens; ``texts`` are
    the training texts as they were read, for people to look at. ``is_fault`` is a truth that came with the data.
    """

    train: LabeledDataset
    test: LabeledDataset | None = None
    vocabulary: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    is_fault: np.ndarray | None = None


def save_dataset(folder: Path, splits: DatasetSplits) -> None:
    """Writes ``splits`` (without any truth) into ``folder``, in place of an earlier data set there."""
    written = {"text.json"} if splits.vocabulary else set()
    written |= set() if splits.test is None else set(_TEST_FILES)
    written |= {
        name
        for name, part in zip(_TARGET_FILES, (splits.train, splits.test), strict=True)
        if part is not None and part.targets is not None
    }
    for path in (folder / name for name in {*_TEST_FILES, *_TARGET_FILES, "text.json"} - written):
        path.unlink(missing_ok=True)  # else a data set without a test set would keep the test set before it
    for prefix, part in (("", splits.train), ("test_", splits.test)):
        if part is not None:
            if not _is_stored(part.inputs, folder / f"{prefix}inputs.npy"):
                save_array(folder / f"{prefix}inputs.npy", part.inputs)
            save_array(folder / f"{prefix}labels.npy", part.labels.astype(np.int64))
            save_array(folder / f"{prefix}sample_ids.npy", part.sample_ids.astype(np.str_))
            if part.targets is not None:
                save_array(folder / f"{prefix}targets.npy", part.targets.values)
    description: dict[str, object] = {
        "class_names": list(splits.train.class_names),
        "input_kind": splits.train.input_kind,
        "input_shape": list(splits.train.inputs.shape[1:]),
        "samples": len(splits.train),
        "test_samples": 0 if splits.test is None else len(splits.test),
    }
    if splits.train.targets is not None:
        description["target_range"] = [splits.train.targets.lowest, splits.train.targets.highest]
        description["targets_are_points"] = splits.train.targets.are_points
    save_json(folder / "dataset.json", description)
    if splits.vocabulary:
        save_json(folder / "text.json", {"texts": list(splits.texts), "vocabulary": list(splits.vocabulary)})


def _is_stored(inputs: np.ndarray, path: Path) -> bool:
    # Samples that were decoded into a memory map of that very file need no second copy.
    return isinstance(inputs, np.memmap) and inputs.filename is not None and Path(inputs.filename) == path.resolve()


def load_train(folder: Path) -> LabeledDataset:
    """The samples to examine, inputs memory-mapped."""
    return _load(folder, "")


def load_test(folder: Path) -> LabeledDataset | None:
    """The test samples, or None where the data set has none."""
    return _load(folder, "test_") if (folder / "test_inputs.npy").exists() else None


def load_vocabulary(folder: Path) -> tuple[str, ...]:
    """The word of each token id; empty unless the inputs are text."""
    return tuple(load_json(folder / "text.json")["vocabulary"]) if (folder / "text.json").exists() else ()


def load_texts(folder: Path) -> tuple[str, ...]:
    """The training texts as they were read; empty unless the inputs are text."""
    return tuple(load_json(folder / "text.json")["texts"]) if (folder / "text.json").exists() else ()


def _load(folder: Path, prefix: str) -> LabeledDataset:
    description = load_json(folder / "dataset.json")
    targets = None
    if "target_range" in description:
        lowest, highest = description["target_range"]
        values = load_array(folder / f"{prefix}targets.npy", mmap=True)
        targets = Targets(values, lowest, highest, description["targets_are_points"])
    return LabeledDataset(
        inputs=load_array(folder / f"{prefix}inputs.npy", mmap=True),
        labels=load_array(folder / f"{prefix}labels.npy"),
        sample_ids=load_array(folder / f"{prefix}sample_ids.npy"),
        class_names=description["class_names"],
        targets=targets,
    )
