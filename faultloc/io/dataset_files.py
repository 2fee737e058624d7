"""The files of a data set in a folder: what a copy of it takes over."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from faultloc.errors import DataError
from faultloc.io.examined import ExaminedData


@dataclass(frozen=True)
class DatasetFiles:
    """The files by their paths below the root, sorted; the links that lead out of it and are not followed."""

    by_path: dict[str, Path]
    leaving: list[Path]


def list_dataset_files(data: ExaminedData) -> DatasetFiles:
    """All files below ``data.root``, but what is hidden directly in it (such as `.git`).

    Links are followed within the root. Those that lead out of it are not, since a data set from elsewhere may hold
    links to anything; the folders of the examined and of the test set may be such links.

    Raises:
        DataError: the root is not there.
    """
    if not data.root.is_dir():
        raise DataError(
            f"the folder {data.root}, which was examined, is not there any more; expected it where it was: move it back"
        )
    home, leaving = data.root.resolve(), []
    followed = {PurePosixPath(data.image_set), PurePosixPath(data.test_set)}

    def below(folder: Path, relative: PurePosixPath, around: frozenset[Path]) -> Iterator[tuple[str, Path]]:
        for path in sorted(folder.iterdir()):
            here = relative / path.name
            if path.name.startswith(".") and len(here.parts) == 1:
                continue
            target = Path(os.path.realpath(path)) if path.is_symlink() else path  # which bears a link to itself
            if path.is_symlink() and not target.is_relative_to(home) and here not in followed:
                leaving.append(path)
            elif path.is_file():
                yield here.as_posix(), path
            elif path.is_dir() and path.resolve() not in around:  # else a link to a folder around it
                yield from below(path, here, around | {path.resolve()})

    return DatasetFiles(dict(below(data.root, PurePosixPath(), frozenset({home}))), leaving)
