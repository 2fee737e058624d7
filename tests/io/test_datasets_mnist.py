import gzip
import hashlib
import struct
import sys

import numpy as np
import pytest

from faultloc.errors import DataError, MissingPackageError
from faultloc.io.datasets import mnist, read_fashion_mnist, read_mnist

COUNTS = {"train": 20, "t10k": 10}


def idx_content(array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def small_files(monkeypatch):
    """Four small IDX files by name, whose checksums the reader takes for the published ones."""
    rng = np.random.default_rng(0)
    contents = {}
    for split, count in COUNTS.items():
        contents[f"{split}-images-idx3-ubyte"] = idx_content(rng.integers(0, 256, (count, 28, 28)))
        contents[f"{split}-labels-idx1-ubyte"] = idx_content(np.arange(count) % 10)
    md5 = tuple(hashlib.md5(contents[name]).hexdigest() for name in mnist._FILES)
    monkeypatch.setattr(mnist, "_CONTENT_MD5", {"MNIST": md5, "FashionMNIST": md5})
    return contents


def write(folder, contents, *, gzipped):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        if gzipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("gzipped", [True, False])
@pytest.mark.parametrize("layout", ["", "MNIST/raw"])
def test_idx_files_are_read_gzipped_or_not_flat_or_as_torchvision_lays_them(tmp_path, small_files, gzipped, layout):
    write(tmp_path / layout, small_files, gzipped=gzipped)
    splits = read_mnist(root=str(tmp_path))
    assert splits.train.inputs.shape == (20, 1, 28, 28)
    assert splits.train.inputs[0].tobytes() == small_files["train-images-idx3-ubyte"][16 : 16 + 784]
    assert splits.test.labels.tolist() == list(range(10))
    assert splits.train.sample_ids[12] == "train/00012"
    assert splits.test.sample_ids[3] == "test/00003"


def test_fashion_mnist_names_its_articles(tmp_path, small_files):
    write(tmp_path / "FashionMNIST/raw", small_files, gzipped=True)
    assert read_fashion_mnist(root=str(tmp_path)).train.class_names[9] == "Ankle boot"


def test_a_file_with_another_checksum_is_refused(tmp_path, small_files):
    small_files["train-labels-idx1-ubyte"] += b"\0"
    write(tmp_path, small_files, gzipped=False)
    with pytest.raises(DataError, match=r"train-labels-idx1-ubyte has the content MD5 \w+, expected \w+"):
        read_mnist(root=str(tmp_path))


def test_a_truncated_gzip_file_is_refused(tmp_path, small_files):
    write(tmp_path, small_files, gzipped=True)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte\.gz cannot be read"):
        read_mnist(root=str(tmp_path))


def test_absent_files_without_torchvision_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(MissingPackageError, match=r"train-images-idx3-ubyte.*pip install torchvision"):
        read_mnist(root=str(tmp_path / "absent"))


def test_the_real_mnist_is_read(real_data):
    splits = read_mnist(root=str(real_data("mnist")))
    assert np.bincount(splits.train.labels).tolist()[:3] == [5923, 6742, 5958]
    assert len(splits.test) == 10000


def test_the_real_fashion_mnist_is_read(real_data):
    splits = read_fashion_mnist(root=str(real_data("fashion-mnist")))
    assert np.bincount(splits.train.labels).tolist() == [6000] * 10
