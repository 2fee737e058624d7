"""The data set as the stages keep it, a folder a split.

train/ test/ improvement/   the splits that there are, each complete: `inputs.npy`, `labels.npy`, `sample_ids.npy`,
                            `targets.npy` of a regression, `parameters.csv` where parameters of the samples are known,
                            and `split.json` with the names of the classes
dataset.json                what people want to know of it
text.json                   the words of the tokens and the training texts, where the inputs are text

A split is read by itself, so that a stage which needs one depends on no other. Inputs are mapped into memory.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faultloc.io.stores.artifacts import load_array, load_json, save_array, save_json
from faultloc.io.stores.earlier_layout import earlier_prefix, remove_earlier_layout
from faultloc.io.stores.parameters import load_parameters, save_parameters
from faultloc.subject.dataset import LabeledDataset, Targets
from faultloc.subject.splits import SPLITS, DatasetSplits, Split


def save_dataset(folder: Path, splits: DatasetSplits) -> None:
    """Writes ``splits`` (without any truth) into ``folder``, in place of an earlier data set there."""
    parts = splits.named()
    for name in SPLITS:
        if name not in parts and (folder / name).exists():
            shutil.rmtree(folder / name)  # else a data set without a test set would keep the test set before it
    for name, part in parts.items():
        _save_split(folder / name, part)
    train = splits.train
    description: dict[str, object] = {
        "class_names": list(train.class_names),
        "input_kind": train.input_kind,
        "input_shape": list(train.inputs.shape[1:]),
        "samples": len(train),
        "test_samples": 0 if splits.test is None else len(splits.test),
    }
    if splits.improvement is not None:
        description["improvement_samples"] = len(splits.improvement)
    save_json(folder / "dataset.json", description | _target_range(train))
    if splits.vocabulary:
        save_json(folder / "text.json", {"texts": list(splits.texts), "vocabulary": list(splits.vocabulary)})
    else:
        (folder / "text.json").unlink(missing_ok=True)
    remove_earlier_layout(folder)


def load_split(folder: Path) -> LabeledDataset:
    """The samples of the split that lies in ``folder``, inputs memory-mapped.

    Raises:
        DataError: no split lies there.
    """
    return _read(folder, load_json(folder / "split.json"))


def find_split(folder: Path, name: Split) -> LabeledDataset | None:
    """The split ``name`` of the data set in ``folder``, in an earlier version's layout too; None where it has none."""
    if (folder / name / "split.json").exists():
        return load_split(folder / name)
    prefix = earlier_prefix(folder, name)
    return None if prefix is None else _read(folder, load_json(folder / "dataset.json"), prefix)


def load_train(folder: Path) -> LabeledDataset:
    """The samples to examine, of the data set in ``folder``.

    Raises:
        DataError: no data set lies there.
    """
    found = find_split(folder, "train")
    return load_split(folder / "train") if found is None else found


def load_test(folder: Path) -> LabeledDataset | None:
    """The test samples of the data set in ``folder``, or None where it has none."""
    return find_split(folder, "test")


def load_dataset(folder: Path) -> DatasetSplits:
    """The whole data set in ``folder``, but for a truth that came with it."""
    return DatasetSplits(
        load_train(folder),
        load_test(folder),
        load_vocabulary(folder),
        load_texts(folder),
        improvement=find_split(folder, "improvement"),
    )


def load_splits(folder: Path) -> Mapping[Split, LabeledDataset]:
    """All splits of the data set in ``folder``, by name, the training set first."""
    parts = {name: find_split(folder, name) for name in SPLITS}
    return {"train": load_train(folder), **{name: part for name, part in parts.items() if part is not None}}


def load_vocabulary(folder: Path) -> tuple[str, ...]:
    """The word of each token id; empty unless the inputs are text."""
    return tuple(load_json(folder / "text.json")["vocabulary"]) if (folder / "text.json").exists() else ()


def load_texts(folder: Path) -> tuple[str, ...]:
    """The training texts as they were read; empty unless the inputs are text."""
    return tuple(load_json(folder / "text.json")["texts"]) if (folder / "text.json").exists() else ()


def _read(folder: Path, description: Mapping, prefix: str = "") -> LabeledDataset:
    targets = None
    if "target_range" in description:
        lowest, highest = description["target_range"]
        values = load_array(folder / f"{prefix}targets.npy", mmap=True)
        targets = Targets(values, lowest, highest, description["targets_are_points"])
    sample_ids = load_array(folder / f"{prefix}sample_ids.npy")
    return LabeledDataset(
        inputs=load_array(folder / f"{prefix}inputs.npy", mmap=True),
        labels=load_array(folder / f"{prefix}labels.npy"),
        sample_ids=sample_ids,
        class_names=description["class_names"],
        targets=targets,
        parameters={} if prefix else load_parameters(folder, sample_ids),
    )


def _save_split(folder: Path, part: LabeledDataset) -> None:
    if not _is_stored(part.inputs, folder / "inputs.npy"):
        save_array(folder / "inputs.npy", part.inputs)
    save_array(folder / "labels.npy", part.labels.astype(np.int64))
    save_array(folder / "sample_ids.npy", part.sample_ids.astype(np.str_))
    if part.targets is not None:
        save_array(folder / "targets.npy", part.targets.values)
    else:
        (folder / "targets.npy").unlink(missing_ok=True)
    save_parameters(folder, part.sample_ids, part.parameters)
    save_json(folder / "split.json", {"class_names": list(part.class_names), **_target_range(part)})


def _target_range(part: LabeledDataset) -> dict[str, object]:
    targets = part.targets
    if targets is None:
        return {}
    return {"target_range": [targets.lowest, targets.highest], "targets_are_points": targets.are_points}


def _is_stored(inputs: np.ndarray, path: Path) -> bool:
    # Samples that were decoded into a memory map of that very file need no second copy.
    return isinstance(inputs, np.memmap) and inputs.filename is not None and Path(inputs.filename) == path.resolve()
