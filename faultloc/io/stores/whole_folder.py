"""A folder that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faultloc.errors import DataError


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Yields a new, empty folder beside ``folder`` that takes its name at the end, or vanishes after an error.

    What an earlier run left there when it was killed is removed first.

    Raises:
        DataError: something is at ``folder`` already that is not an empty folder.
    """
    folder = folder.resolve()
    require_free(folder)
    temporary = folder.with_name(f".{folder.name}.part")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if temporary.is_dir() and not temporary.is_symlink():
        shutil.rmtree(temporary)
    temporary.mkdir()
    try:
        yield temporary
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def require_free(folder: Path) -> None:
    """Raises DataError unless nothing is at ``folder``, or an empty folder."""
    if folder.is_dir():
        if any(folder.iterdir()):
            raise DataError(
                f"the folder {folder} is not empty; expected a new or an empty one: give another, or clear it"
            )
    elif folder.exists() or folder.is_symlink():
        raise DataError(f"{folder} is a file; expected a new or an empty folder: give another")


@contextmanager
def folder_replaced_whole(folder: Path) -> Iterator[Path]:
    """Yields a new, empty folder beside ``folder`` that takes its place at the end, or vanishes after an error.

    Raises:
        DataError: a file is at ``folder``.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; expected a folder, or nothing: remove it")
    temporary = folder.with_name(f".{folder.name}.part")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        if folder.exists():
            shutil.rmtree(folder)
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
