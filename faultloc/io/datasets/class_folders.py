"""The files of a folder with one folder a class."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import DataError

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"}
_EXPECTED = "expected one folder a class, with images in it"
_FOLLOW = "say that it may be followed (--follow-links, dataset.follow_links=true), or copy the files there"


@dataclass(frozen=True)
class ClassFolders:
    """The image files of each class, sorted by name, and the links that are left out since they leave the data set."""

    files: Mapping[str, list[Path]]
    leaving: list[Path]


def list_class_folders(root: Path, folder: Path, advice: str, *, follow_links: bool = False) -> ClassFolders:
    """The images under ``folder``, one folder a class, at any depth; ``advice`` says what to check where it is absent.

    Links within ``root`` are followed to files. Those that lead out of it are not, since a data set from elsewhere may
    hold links to anything, unless ``follow_links``.

    Raises:
        DataError: the folder is missing, has no class, or a class without an image.
    """
    if not folder.is_dir():
        raise DataError(f"the folder {folder} does not exist: {_EXPECTED}; {advice}")
    class_folders = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not class_folders:
        raise DataError(f"{folder} has no folders in it: {_EXPECTED}; {advice}")
    home = root.resolve()
    files: dict[str, list[Path]] = {}
    leaving: list[Path] = []
    for path in class_folders:
        if not follow_links and path.is_symlink() and not path.resolve().is_relative_to(home):
            raise DataError(f"the class folder {path} is a link that leads out of {root}: {_FOLLOW}")
        files[path.name], outside = _parted(_images_under(path), home, follow_links=follow_links)
        leaving += outside
        if not files[path.name]:
            raise DataError(f"the class folder {path} has no images in it: add some or remove the folder")
    return ClassFolders(files, leaving)


def list_images(root: Path, folder: Path, *, follow_links: bool = False) -> tuple[list[Path], list[Path]]:
    """The images at any depth of ``folder``, sorted by name, and the links that are left out, as of class folders.

    Raises:
        DataError: the folder is missing, has no image, or is a link that leads out of ``root``.
    """
    if not folder.is_dir():
        raise DataError(f"the folder {folder} does not exist: expected images in it, at any depth")
    if not follow_links and folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
        raise DataError(f"the folder {folder} is a link that leads out of {root}: {_FOLLOW}")
    kept, leaving = _parted(_images_under(folder), root.resolve(), follow_links=follow_links)
    if not kept:
        raise DataError(f"the folder {folder} has no images in it: expected some, at any depth")
    return kept, leaving


def sample_id(root: Path, path: Path) -> str:
    """The id of the sample at ``path``: its path below ``root``.

    Raises:
        DataError: it has characters that cannot be printed, which would break the tables.
    """
    name = path.relative_to(root).as_posix()
    if not name.isprintable():
        raise DataError(f"the file name {name!r} has characters that cannot be printed: rename the file")
    return name


def _parted(found: list[Path], home: Path, *, follow_links: bool) -> tuple[list[Path], list[Path]]:
    """The files that may be read, and the links that lead out of ``home``."""
    links = [] if follow_links else [file for file in found if file.is_symlink()]
    outside = [file for file in links if not file.resolve().is_relative_to(home)]
    return (sorted(set(found) - set(outside)) if outside else found), outside


def _images_under(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
