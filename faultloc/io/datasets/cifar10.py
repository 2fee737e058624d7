"""CIFAR-10, from its python batches."""

import hashlib
from pathlib import Path

import numpy as np

from faultloc.errors import DataError
from faultloc.io.datasets.array_pickle import load_array_pickle
from faultloc.io.datasets.download import download_cifar10
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

# As torchvision publishes them.
_TRAIN_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
}
_TEST_MD5 = {"test_batch": "40351d587109b95175f43aff81a1287e"}
_CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def read_cifar10(*, root: str) -> DatasetSplits:
    """50,000 training and 10,000 test images of ten classes, 3 channels, 32x32, downloaded where absent.

    ``root`` holds the six batches, or torchvision's folder ``cifar-10-batches-py``.

    Raises:
        DataError: a batch is damaged, is not the published one, or holds anything but arrays; the download failed.
        MissingPackageError: a download is needed and torchvision is not installed.

    Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    folder = _folder_of_batches(Path(root))
    return DatasetSplits(_read(folder, "train", _TRAIN_MD5), _read(folder, "test", _TEST_MD5))


def _folder_of_batches(root: Path) -> Path:
    unpacked = root / "cifar-10-batches-py"
    names = [*_TRAIN_MD5, *_TEST_MD5]
    for folder in (root, unpacked):
        if all((folder / name).is_file() for name in names):
            return folder
    download_cifar10(root, missing=[name for name in names if not (unpacked / name).is_file()])
    for name in names:
        if not (unpacked / name).is_file():
            raise DataError(f"{unpacked / name} is missing after the download: delete {root} and try again")
    return unpacked


def _read(folder: Path, split: str, batches: dict[str, str]) -> LabeledDataset:
    contents = [_read_batch(folder / name, md5) for name, md5 in batches.items()]
    inputs = np.concatenate([np.asarray(content["data"], dtype=np.uint8) for content in contents])
    labels = np.concatenate([np.asarray(content["labels"], dtype=np.int64) for content in contents])
    ids = numbered_ids(split, np.arange(len(labels)), len(labels))
    return LabeledDataset(inputs.reshape(-1, 3, 32, 32), labels, ids, _CLASS_NAMES)


def _read_batch(path: Path, md5: str) -> dict[str, object]:
    content = path.read_bytes()
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError(
            f"{path} has the MD5 {found}, expected {md5}: it is damaged or not the published batch; delete it and "
            "fetch it again, or bring other data with dataset=npz"
        )
    return load_array_pickle(content, str(path))
