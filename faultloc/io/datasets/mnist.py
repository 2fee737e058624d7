"""MNIST and Fashion-MNIST, from their four IDX files."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from faultloc.io.datasets.download import download_mnist
from faultloc.io.datasets.idx import find_idx, read_idx
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits

_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
# Of the unpacked content, in the order above; taken from the .gz files whose own MD5s torchvision publishes.
_CONTENT_MD5 = {
    "MNIST": (
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "FashionMNIST": (
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
}
_DIGITS = tuple("0123456789")
_ARTICLES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def read_mnist(*, root: str) -> DatasetSplits:
    """60,000 training and 10,000 test images of the digits 0 to 9, 1 channel, 28x28, downloaded where absent.

    ``root`` holds the four files, gzipped or not, or torchvision's folder ``MNIST/raw``.

    Raises:
        DataError: a file is damaged or is not the published one, or the download failed.
        MissingPackageError: a download is needed and torchvision is not installed.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998.
    """
    return _read("MNIST", Path(root), _DIGITS)


def read_fashion_mnist(*, root: str) -> DatasetSplits:
    """60,000 training and 10,000 test images of ten kinds of clothing, 1 channel, 28x28, downloaded where absent.

    ``root`` holds the four files, gzipped or not, or torchvision's folder ``FashionMNIST/raw``.

    Raises:
        DataError: a file is damaged or is not the published one, or the download failed.
        MissingPackageError: a download is needed and torchvision is not installed.

    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST", arXiv:1708.07747.
    """
    return _read("FashionMNIST", Path(root), _ARTICLES)


def _read(name: str, root: Path, class_names: tuple[str, ...]) -> DatasetSplits:
    folders = [root, root / name / "raw"]
    if any(find_idx(folders, file) is None for file in _FILES):
        download_mnist(name, root, missing=[file for file in _FILES if find_idx(folders, file) is None])
    images, labels, test_images, test_labels = (
        read_idx(find_idx(folders, file) or root / file, md5=md5)
        for file, md5 in zip(_FILES, _CONTENT_MD5[name], strict=True)
    )
    return DatasetSplits(
        _labeled("train", images, labels, class_names), _labeled("test", test_images, test_labels, class_names)
    )


def _labeled(
    split: str,
    images: UInt8[np.ndarray, "sample height width"],
    labels: UInt8[np.ndarray, "sample"],
    class_names: tuple[str, ...],
) -> LabeledDataset:
    ids = numbered_ids(split, np.arange(len(labels)), len(labels))
    return LabeledDataset(images[:, None], labels.astype(np.int64), ids, class_names)
