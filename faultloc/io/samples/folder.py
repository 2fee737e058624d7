"""The samples of a folder `<dataset>/<set>/<class>/*`."""

from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.class_folders import list_class_folders, list_images, sample_id
from faultloc.io.datasets.class_list import read_class_names
from faultloc.io.samples.listing import SampleListing, check_skipped

_ADVICE = "check --dataset and --image_set, which is a dot where the class folders lie in the data set's folder itself"

_LEAVES = "a link that leads out of the data set"


def list_pool(root: Path, pool: str, train: SampleListing, *, follow_links: bool = False) -> SampleListing:
    """The images anywhere under ``root/pool``, which nobody has labelled: the name that each is given means nothing.

    Raises:
        DataError: the folder is missing or has no images, or more than one in a hundred files lead elsewhere.
    """
    folder = root / pool
    if not folder.resolve().is_relative_to(root.resolve()) and not folder.is_symlink():
        raise DataError(f"--pool {pool!r} leads out of {root}; expected the name of a folder in it")
    paths, leaving = list_images(root, folder, follow_links=follow_links)
    skipped = tuple((path.relative_to(root).as_posix(), _LEAVES) for path in leaving)
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
    )


def list_folder(
    root: Path, image_set: str, classes_file: Path | None = None, *, follow_links: bool = False
) -> SampleListing:
    """The images in ``root/image_set/<class>/``, at any depth; a sample's id is its path below ``root``.

    Classes are in the order of ``classes_file``, else of ``classes.json`` in ``root`` or in the set's folder, else
    sorted. Links that lead out of ``root`` are skipped, unless ``follow_links``.

    Raises:
        DataError: a folder is missing or has no images, or more than one in a hundred files lead elsewhere.
    """
    folder = root / image_set
    if not folder.resolve().is_relative_to(root.resolve()) and not folder.is_symlink():
        raise DataError(f"--image_set {image_set!r} leads out of {root}; expected the name of a folder in it")
    listed = list_class_folders(root, folder, _ADVICE, follow_links=follow_links)
    names, is_given = read_class_names(root, folder, list(listed.files), classes_file)
    paths = [path for found in listed.files.values() for path in found]
    skipped = tuple((path.relative_to(root).as_posix(), _LEAVES) for path in listed.leaving)
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
    )
