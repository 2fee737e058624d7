"""Sources of foreign inputs by name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from faultloc.errors import ConfigError, DataError
from faultloc.faults.samples.foreign import ForeignInputs
from faultloc.io.datasets.cifar10 import read_cifar10
from faultloc.io.datasets.digits import read_digits
from faultloc.io.datasets.foreign_images import ForeignImages, PhotographCrops
from faultloc.io.datasets.foreign_texts import ForeignTexts, Passages, read_descriptions, read_texts
from faultloc.io.datasets.image_folder import read_image_folder
from faultloc.io.datasets.mnist import read_fashion_mnist, read_mnist
from faultloc.io.datasets.npz import read_npz
from faultloc.io.datasets.vocabulary import encode_texts
from faultloc.subject.splits import DatasetSplits

# Where conf/dataset/ looks for them, too.
_DOWNLOADED = {"mnist": read_mnist, "fashion_mnist": read_fashion_mnist, "cifar10": read_cifar10}
_IMAGE_SOURCES = ("photographs", "digits", *_DOWNLOADED, "image_folder", "npz")
_TEXT_SOURCES = ("descriptions", "texts")


def open_foreign_inputs(splits: DatasetSplits, source: str, source_root: str | None) -> ForeignInputs:
    """Inputs in the form of those of ``splits`` that do not belong there.

    For images ``source`` is ``photographs`` (crops of scikit-learn's two sample photographs) or another data set:
    ``digits``, ``mnist``, ``fashion_mnist``, ``cifar10`` (in ``source_root`` or `data/raw/<name>`), ``image_folder``
    (the folder ``source_root``, its ``train``) or ``npz`` (the file ``source_root``). For texts it is ``descriptions``
    (scikit-learn's descriptions of its data sets) or ``texts`` (the .txt or .csv file ``source_root``). ``auto`` takes
    the first of its kind.

    Raises:
        ConfigError: there is no such source for inputs of this kind.
        DataError: the other data set is missing or has no images.

    Differs: DFauLo takes CIFAR-10 for MNIST, MNIST for CIFAR-10, and IMDB reviews for AG's News; ``auto`` needs no
    download. Name ``cifar10``, ``mnist`` or ``texts`` for the paper's.
    """
    kind = splits.train.input_kind
    if kind == "image":
        return _foreign_images(splits, _known(source, _IMAGE_SOURCES, "images"), source_root)
    if kind == "tokens" and splits.texts:
        return _foreign_texts(splits, _known(source, _TEXT_SOURCES, "texts"), source_root)
    raise ConfigError(
        f"this fault replaces inputs by foreign images or texts, and the data set has {kind} inputs without either: "
        "take a label fault (fault=random_label or fault=specific_label)"
    )


def _known(source: str, sources: tuple[str, ...], what: str) -> str:
    if source == "auto":
        return sources[0]
    if source not in sources:
        raise ConfigError(f"fault.source={source}: expected auto or, for {what}, one of {', '.join(sources)}")
    return source


def _foreign_images(splits: DatasetSplits, source: str, root: str | None) -> ForeignInputs:
    channels, height, width = splits.train.inputs.shape[1:]
    if source == "photographs":
        from sklearn.datasets import load_sample_images

        return PhotographCrops(load_sample_images().images, (channels, height, width))
    try:
        other = _read(source, root, size=(width, height), channels=channels)
    except DataError as error:
        raise DataError(f"fault.source={source}, fault.source_root={root}: {error}") from error
    if other.train.input_kind != "image" or not len(other.train):
        raise DataError(f"fault.source={source} ({root}) has no images: choose another source")
    return ForeignImages(other.train.inputs, (channels, height, width))


def _read(source: str, root: str | None, *, size: tuple[int, int], channels: int) -> DatasetSplits:
    if source == "digits":
        return read_digits()
    if source == "image_folder":
        return read_image_folder(root=_required(source, root), test_set=None, image_size=size, channels=channels)
    if source == "npz":
        return read_npz(path=_required(source, root))
    read: Callable[..., DatasetSplits] = _DOWNLOADED[source]
    return read(root=root or str(Path("data/raw") / source))


def _foreign_texts(splits: DatasetSplits, source: str, root: str | None) -> ForeignInputs:
    encode = partial(encode_texts, vocabulary=splits.vocabulary, max_tokens=splits.train.inputs.shape[1])
    if source == "descriptions":
        return Passages(read_descriptions(), encode)
    return ForeignTexts(read_texts(Path(_required(source, root))), encode)


def _required(source: str, root: str | None) -> str:
    if root is None:
        raise ConfigError(f"fault.source={source} needs a place: set fault.source_root")
    return root
