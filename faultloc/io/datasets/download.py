"""Downloads through torchvision, which knows the addresses and checks what arrives."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from faultloc.errors import DataError
from faultloc.torchvision_import import import_torchvision


def download_mnist(name: str, root: Path, *, missing: Sequence[str]) -> None:
    """Puts the files of ``name`` (``MNIST`` or ``FashionMNIST``) into ``root/name/raw``."""
    purpose = f"{_absence(root, missing)}; downloading {name}"
    datasets = import_torchvision("torchvision.datasets", purpose=purpose)
    with _failure_in_one_sentence(name, root, missing):
        getattr(datasets, name)(str(root), download=True)


def download_cifar10(root: Path, *, missing: Sequence[str]) -> None:
    """Puts CIFAR-10's python batches into ``root/cifar-10-batches-py``, unpacked but not unpickled."""
    purpose = f"{_absence(root, missing)}; downloading CIFAR-10"
    cifar10 = import_torchvision("torchvision.datasets", purpose=purpose).CIFAR10
    fetch = import_torchvision("torchvision.datasets.utils", purpose=purpose).download_and_extract_archive
    with _failure_in_one_sentence("CIFAR-10", root, missing):
        fetch(cifar10.url, str(root), filename=cifar10.filename, md5=cifar10.tgz_md5)


def _absence(root: Path, missing: Sequence[str]) -> str:
    if not root.is_dir():
        return f"the folder {root} does not exist (check dataset.root, expected {', '.join(missing)} in it)"
    return f"{root} has no {', '.join(missing)}"


@contextmanager
def _failure_in_one_sentence(name: str, root: Path, missing: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, EOFError) as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{name} is not in {root} and could not be downloaded ({reason}): "
            f"put these files there yourself: {', '.join(missing)}"
        ) from error
