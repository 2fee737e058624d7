"""Downloads, against a stand-in for torchvision: tests need no network."""

from types import SimpleNamespace

import pytest

from faultloc.errors import DataError
from faultloc.io.datasets import download, read_cifar10, read_mnist


def stand_in(monkeypatch, **members):
    monkeypatch.setattr(download, "import_torchvision", lambda module, *, purpose: SimpleNamespace(**members))


def test_a_failed_download_is_one_sentence_with_the_files_to_fetch(tmp_path, monkeypatch):
    def fail(root, download):
        raise RuntimeError("Error downloading:\nTried here\n")

    stand_in(monkeypatch, MNIST=fail)
    with pytest.raises(
        DataError, match=r"could not be downloaded .*put these files there yourself: train-im"
    ) as caught:
        read_mnist(root=str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_failed_download_of_cifar10_names_the_batches(tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise OSError("Name or service not known")

    cifar10 = SimpleNamespace(url="u", filename="f", tgz_md5="m")
    stand_in(monkeypatch, CIFAR10=cifar10, download_and_extract_archive=fail)
    with pytest.raises(DataError, match=r"CIFAR-10 is not in .* data_batch_1"):
        read_cifar10(root=str(tmp_path))


def test_torchvisions_own_unpickling_is_never_called(tmp_path, monkeypatch):
    fetched = []

    class Cifar10:
        url, filename, tgz_md5 = "u", "f", "m"

        def __init__(self, *arguments, **options):
            raise AssertionError("the constructor unpickles")

    stand_in(monkeypatch, CIFAR10=Cifar10, download_and_extract_archive=lambda *a, **o: fetched.append(a))
    with pytest.raises(DataError, match="data_batch_1 is missing after the download"):
        read_cifar10(root=str(tmp_path))
    assert fetched == [("u", str(tmp_path))]
