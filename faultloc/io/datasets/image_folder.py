"""Images in folders, one folder a class."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from faultloc.errors import ConfigError, DataError
from faultloc.io.datasets.class_folders import list_class_folders, sample_id
from faultloc.io.datasets.class_list import read_class_names
from faultloc.io.datasets.folder_layout import (
    nested_classes,
    require_classes,
    sets_among_classes,
    unread_set,
    why_unlabelled,
)
from faultloc.io.datasets.image_files import decode_images
from faultloc.io.datasets.reading_advice import PIPELINE
from faultloc.io.datasets.remarks import Remarks, describe_left_out
from faultloc.io.stores.parameters import load_folder_parameters
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.splits import DatasetSplits


def read_image_folder(
    *,
    root: str,
    image_set: str = "train",
    test_set: str | None = "test",
    image_size: Sequence[int] | None = None,
    channels: int | None = None,
    follow_links: bool = False,
) -> DatasetSplits:
    """The images in ``root/image_set/<class>/``, and as test set those in ``root/test_set/<class>/`` where it exists.

    Files are sorted by name and found in subfolders too; a sample's id is its path from ``root``. Classes are the
    folders in alphabetical order, or what ``classes.json`` says (in ``root`` or in the split's folder: a list of
    names, or a mapping of each name to its index). ``image_size`` is (width, height) to resize to, ``channels`` 1 or
    3; where they are None, all images must be alike. Links that lead out of ``root`` are read if ``follow_links``. A
    table `parameters.csv` in the folder of a set holds parameters of its images (`faultloc/io/stores/parameters.py`).
    What lies in the folders and is no sample, a test set without labels, and images that ask to be turned are warned
    of.

    Raises:
        DataError: a folder is missing or empty, an image is unreadable or unlike the others, or a table is malformed.
        ConfigError: ``image_size`` or ``channels`` is out of range.
    """
    if channels not in (None, 1, 3):
        raise ConfigError(f"dataset.channels={channels}: expected 1 (grey), 3 (RGB) or null (as the files are)")
    size = _size(image_size)
    base = Path(root)
    if not base.is_dir():
        raise DataError(f"the folder {base} does not exist: set dataset.root to the folder that holds {image_set}/")
    require_classes(base, base / image_set, PIPELINE)
    others = sets_among_classes(base, image_set, [test_set] if test_set else [])
    train_files = _files_by_class(base, base / image_set, follow_links, others)
    class_names, _ = read_class_names(base, base / image_set, list(train_files))
    train = _read(base, image_set, train_files, class_names, size, channels)
    _warn(nested_classes(base / image_set, train_files))
    if test_set is None or test_set == image_set:
        return DatasetSplits(train)
    exists = (base / test_set).is_dir()
    why_none = why_unlabelled(base / test_set, class_names) if exists else ""
    if why_none:
        _warn(f"{base / test_set} is left alone: {why_none}")
    if why_none or not exists:
        _warn(unread_set(base, image_set, class_names, PIPELINE))
        return DatasetSplits(train)
    test_files = _files_by_class(base, base / test_set, follow_links)
    unknown = sorted(set(test_files) - set(class_names))
    if unknown:
        raise DataError(
            f"the folder {base / test_set / unknown[0]} is no class of the training set, which has "
            f"{', '.join(class_names[:10])}: remove it, or set dataset.test_set=null to do without a test set"
        )
    return DatasetSplits(train, _read(base, test_set, test_files, class_names, size, channels))


def _warn(sentence: str) -> None:
    if sentence:
        warnings.warn(sentence, stacklevel=3)


def _size(image_size: Sequence[int] | None) -> tuple[int, int] | None:
    if image_size is None:
        return None
    if not isinstance(image_size, Sequence) or len(image_size) != 2 or min(image_size) < 1:
        raise ConfigError(f"dataset.image_size={image_size}: expected [width,height] in pixels, or null")
    return image_size[0], image_size[1]


def _files_by_class(
    root: Path, folder: Path, follow_links: bool, without: Sequence[str] = ()
) -> Mapping[str, list[Path]]:
    listed = list_class_folders(root, folder, PIPELINE, follow_links=follow_links, without=without)
    if listed.leaving:
        raise DataError(
            f"{listed.leaving[0]} is a link that leads out of {root}"
            + (f", as do {len(listed.leaving) - 1} others" if len(listed.leaving) > 1 else "")
            + ": say that links may be followed (dataset.follow_links=true), or put the files themselves there"
        )
    _warn(describe_left_out([(sample_id(root, path), reason) for path, reason in listed.left_out]))
    return listed.files


def _read(
    root: Path,
    image_set: str,
    files: Mapping[str, list[Path]],
    class_names: tuple[str, ...],
    size: tuple[int, int] | None,
    channels: int | None,
) -> LabeledDataset:
    paths = [path for found in files.values() for path in found]
    ids = [sample_id(root, path) for path in paths]
    remarks = Remarks()
    inputs = decode_images(paths, size=size, channels=channels, on_opened=remarks.hear)
    _warn(remarks.describe(ids, PIPELINE.turn))
    labels = np.repeat([class_names.index(name) for name in files], [len(found) for found in files.values()])
    return LabeledDataset(
        inputs,
        labels.astype(np.int64),
        np.array(ids, dtype=np.str_),
        class_names,
        parameters=load_folder_parameters(root, image_set, ids),
    )
