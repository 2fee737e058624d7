"""The samples of a folder `<dataset>/<set>/<class>/*`."""

from collections.abc import Collection, Sequence
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.class_folders import LeftOut, list_class_folders, list_images, sample_id
from faultloc.io.datasets.class_list import read_class_names
from faultloc.io.datasets.file_names import shown_name
from faultloc.io.datasets.folder_layout import nested_classes
from faultloc.io.datasets.folder_walk import LEAVES
from faultloc.io.datasets.reading_advice import COMMAND
from faultloc.io.samples.listing import SampleListing, Skipped, check_skipped


def list_pool(root: Path, pool: str, train: SampleListing, *, follow_links: bool = False) -> SampleListing:
    """The images anywhere under ``root/pool``, which nobody has labelled: the name that each is given means nothing.

    Raises:
        DataError: the folder is missing or has no images, or more than one in a hundred files lead elsewhere.
    """
    folder = root / pool
    if not folder.resolve().is_relative_to(root.resolve()) and not folder.is_symlink():
        raise DataError(f"--pool {pool!r} leads out of {root}; expected the name of a folder in it")
    paths, leaving, left_out = list_images(root, folder, COMMAND, follow_links=follow_links)
    skipped = _named(root, [(path, LEAVES) for path in leaving])
    check_skipped(skipped, len(paths) + len(skipped))
    return SampleListing(
        kind="images",
        root=root,
        inputs=paths,
        given_names=[train.class_names[0]] * len(paths),
        sample_ids=[sample_id(root, path) for path in paths],
        class_names=train.class_names,
        order_is_given=train.order_is_given,
        skipped=skipped,
        left_out=_named(root, left_out),
    )


def list_folder(
    root: Path,
    image_set: str,
    classes_file: Path | None = None,
    *,
    follow_links: bool = False,
    without: Collection[str] = (),
) -> SampleListing:
    """The images in ``root/image_set/<class>/``, at any depth; a sample's id is its path below ``root``.

    Classes are in the order of ``classes_file``, else of ``classes.json`` in ``root`` or in the set's folder, else
    sorted. Links that lead out of ``root`` are skipped, unless ``follow_links``. Folders named in ``without`` are no
    classes.

    Raises:
        DataError: a folder is missing or has no images, or more than one in a hundred files lead elsewhere.
    """
    folder = root / image_set
    if not folder.resolve().is_relative_to(root.resolve()) and not folder.is_symlink():
        raise DataError(f"--image_set {image_set!r} leads out of {root}; expected the name of a folder in it")
    listed = list_class_folders(root, folder, COMMAND, follow_links=follow_links, without=without)
    names, is_given = read_class_names(root, folder, list(listed.files), classes_file)
    paths = [path for found in listed.files.values() for path in found]
    skipped = _named(root, [(path, LEAVES) for path in listed.leaving])
    note = nested_classes(folder, listed.files)
    check_skipped(skipped, len(paths) + len(skipped))
    return SampleListing(
        kind="images",
        root=root,
        inputs=paths,
        given_names=[name for name, found in listed.files.items() for _ in found],
        sample_ids=[sample_id(root, path) for path in paths],
        class_names=names,
        order_is_given=is_given,
        skipped=skipped,
        left_out=_named(root, listed.left_out),
        notes=(note,) if note else (),
    )


def _named(root: Path, found: Sequence[LeftOut]) -> tuple[Skipped, ...]:
    return tuple((shown_name(sample_id(root, path)), reason) for path, reason in found)
