"""The files of a folder with one folder a class."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faultloc.errors import DataError
from faultloc.io.datasets.file_names import shown_name, why_not_kept
from faultloc.io.datasets.folder_layout import class_folders_in, where_the_set_may_be
from faultloc.io.datasets.folder_walk import find_images, is_named_as_image, why_no_folder_of_samples
from faultloc.io.datasets.reading_advice import ReadingAdvice

_EXPECTED = "expected one folder a class, with images in it"
_SHOWN = 3

LeftOut = tuple[Path, str]  # what is no sample, and why


@dataclass(frozen=True)
class ClassFolders:
    """The image files of each class, sorted by name; the links to images that are skipped since they leave the data
    set; and what else lies there, which is ``left_out``, with the reasons."""

    files: Mapping[str, list[Path]]
    leaving: list[Path]
    left_out: list[LeftOut]


def list_class_folders(
    root: Path,
    folder: Path,
    advice: ReadingAdvice,
    *,
    follow_links: bool = False,
    without: Collection[str] = (),
) -> ClassFolders:
    """The images under ``folder``, one folder a class, at any depth; ``advice`` ends the sentences of errors.

    Links within ``root`` are followed to files. Those that lead out of it are not, since a data set from elsewhere may
    hold links to anything, unless ``follow_links``. Nothing else is passed over without being named: see
    ``find_images``. Folders named in ``without`` are no classes.

    Raises:
        DataError: the folder is missing, has no class, or a class without an image, or the name of a class cannot be
            kept.
    """
    if not folder.is_dir():
        raise DataError(
            f"the folder {folder} does not exist: {_EXPECTED}; {where_the_set_may_be(root, folder, advice)}"
        )
    class_folders = [path for path in class_folders_in(folder) if path.name not in without]
    if not class_folders:
        raise DataError(f"{folder} has no folders in it: {_EXPECTED}; {advice.place}")
    unkept = [path.name for path in class_folders if why_not_kept(path.name)]
    if unkept:
        raise DataError(
            f"{folder} has folders of classes whose names cannot be kept ({', '.join(map(shown_name, unkept))}), for "
            "control characters or bytes that are not UTF-8 in them; expected names that can be printed: rename them"
        )
    home = root.resolve()
    files: dict[str, list[Path]] = {}
    leaving: list[Path] = []
    left_out = _beside(folder)
    empty = []
    for path in class_folders:
        if not follow_links and path.is_symlink() and not path.resolve().is_relative_to(home):
            raise DataError(f"the class folder {path} is a link that leads out of {root}: {_follow(advice)}")
        found = find_images(path, home, follow_links=follow_links)
        files[path.name] = found.images
        leaving += found.leaving
        left_out += found.left_out
        if not found.images:
            empty.append((path, found.left_out))
    if empty:
        raise DataError(_describe_empty(empty))
    return ClassFolders(files, leaving, left_out)


def list_images(
    root: Path, folder: Path, advice: ReadingAdvice, *, follow_links: bool = False
) -> tuple[list[Path], list[Path], list[LeftOut]]:
    """The images at any depth of ``folder``, sorted by name, the links that are skipped, and what is left out, as of
    class folders.

    Raises:
        DataError: the folder is missing, has no image, or is a link that leads out of ``root``.
    """
    if not folder.is_dir():
        raise DataError(f"the folder {folder} does not exist: expected images in it, at any depth")
    if not follow_links and folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
        raise DataError(f"the folder {folder} is a link that leads out of {root}: {_follow(advice)}")
    found = find_images(folder, root.resolve(), follow_links=follow_links)
    if not found.images:
        raise DataError(f"the folder {folder} has no images in it: expected some, at any depth")
    return found.images, found.leaving, found.left_out


def sample_id(root: Path, path: Path) -> str:
    """The id of the sample at ``path``: its path below ``root``."""
    return path.relative_to(root).as_posix()


def _follow(advice: ReadingAdvice) -> str:
    return f"say that it may be followed ({advice.links}), or copy the files there"


def _beside(folder: Path) -> list[LeftOut]:
    """What lies beside the class folders and looks as if it should not."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            reason = why_no_folder_of_samples(path.name)
            if reason and not path.name.startswith("."):
                found.append((path, reason))
        elif is_named_as_image(path.name) and not path.name.startswith("."):
            found.append((path, "an image beside the class folders, so of no class"))
    return found


def _describe_empty(empty: Sequence[tuple[Path, Sequence[LeftOut]]]) -> str:
    path, left_out = empty[0]
    reasons = Counter(reason for _, reason in left_out).most_common(_SHOWN)
    what = f" (left out: {'; '.join(f'{count:,} {reason}' for reason, count in reasons)})" if left_out else ""
    more = len(empty) - 1
    others = f", nor {'has 1 other class folder' if more == 1 else f'have {more} other class folders'}" if more else ""
    return f"the class folder {path} has no images in it{what}{others}: add some or remove the folder"
