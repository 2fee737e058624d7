"""The files below a folder, told apart: images, links that lead elsewhere, and what is no sample, with the reason."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faultloc.io.datasets.file_content import IMAGE_SUFFIXES, why_no_image
from faultloc.io.datasets.file_names import why_not_kept

LEAVES = "a link that leads out of the data set"
_BROKEN = "a link that leads to nothing"
_FOLDER_LINK = "a link to a folder, which is followed only where links are"
_OF_THE_SYSTEM = {"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store", ".directory"}
# What macOS, Windows and network storage put into folders; the pictures in them are copies, or none.
_FOLDERS_OF_THE_SYSTEM = {
    *("__macosx", "@eadir", "$recycle.bin", "#recycle", "system volume information", "lost+found", "__pycache__"),
}


@dataclass(frozen=True)
class FoundFiles:
    """The ``images``, sorted by their paths; links to images that lead out of the data set; what is ``left_out``, each
    with the reason."""

    images: list[Path] = field(default_factory=list)
    leaving: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)


def why_no_folder_of_samples(name: str) -> str:
    """Why a folder of this name is passed over, in words; empty where it is not."""
    if name.lower() in _FOLDERS_OF_THE_SYSTEM:
        return "a folder of the operating system"
    return "a hidden folder" if name.startswith(".") else ""


def find_images(folder: Path, home: Path, *, follow_links: bool) -> FoundFiles:
    """The images at any depth of ``folder``, which belongs to the data set at ``home`` (without links in its path).

    An image is told by the ending of its name, else by its content. Links to files are followed within ``home``, and
    all links with ``follow_links``; other files are only looked at, never opened, unless their ending says nothing.
    """
    found = FoundFiles()
    _walk(folder, home, follow_links, found, frozenset({os.path.realpath(folder)}), "")
    return found


def _walk(folder: Path, home: Path, follow: bool, found: FoundFiles, around: frozenset[str], why_not: str) -> None:
    """Adds to ``found``; ``around`` are the folders that this one lies in, ``why_not`` what keeps all of it out."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        found.left_out.append((folder, f"a folder that cannot be opened ({error.strerror})"))
        return
    for entry in entries:
        path, reason = folder / entry.name, why_not or why_not_kept(entry.name)
        if _is_folder(entry):
            _walk_into(entry, path, home, follow, found, around, reason)
            continue
        reason = reason or _why_no_sample(entry, path)
        if not reason and not follow and entry.is_symlink() and not path.resolve().is_relative_to(home):
            if is_named_as_image(entry.name):
                found.leaving.append(path)
                continue
            reason = LEAVES
        if not reason and not is_named_as_image(entry.name):
            what = why_no_image(path)
            reason = f"no image that can be read (it holds {what})" if what else ""
        if reason:
            found.left_out.append((path, reason))
        else:
            found.images.append(path)


def _walk_into(
    entry: os.DirEntry[str],
    path: Path,
    home: Path,
    follow: bool,
    found: FoundFiles,
    around: frozenset[str],
    why_not: str,
) -> None:
    reason = why_not_entered = why_no_folder_of_samples(entry.name)
    real = os.path.realpath(path)
    if entry.is_symlink() and not reason:
        if real in around:
            why_not_entered = "a link to a folder around it"
        elif not follow:
            why_not_entered = _FOLDER_LINK if Path(real).is_relative_to(home) else LEAVES
    if why_not_entered:
        count = "" if entry.is_symlink() else f" (files in it: {sum(1 for _ in _files_below(path)):,})"
        found.left_out.append((path, f"{why_not_entered}{count}"))
        return
    _walk(path, home, follow, found, around | {real}, why_not)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _files_below(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from names


def _why_no_sample(entry: os.DirEntry[str], path: Path) -> str:
    """Why the entry, which is no folder, is none by its name or its kind."""
    if entry.name.lower() in _OF_THE_SYSTEM or entry.name.startswith("._"):
        return "a file of the operating system"
    if entry.name.startswith("."):
        return "a hidden file"
    if not entry.is_file(follow_symlinks=False) and not path.is_file():
        return _BROKEN if entry.is_symlink() and not path.exists() else "no ordinary file"
    return ""


def is_named_as_image(name: str) -> bool:
    """Whether the ending of ``name`` is one of an image."""
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES  # noqa: PTH122 (a Path for each of a million names)
