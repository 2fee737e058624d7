"""Many files copied, or linked, into a new folder."""

import errno
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from faultloc.errors import DataError

OnFiles = Callable[[Iterable[tuple[str, Path]]], Iterable[tuple[str, Path]]]


def copy_files(files: Mapping[str, Path], target: Path, *, link: bool, on_files: OnFiles) -> None:
    """Puts ``files`` below ``target`` under the paths that they are given by; ``on_files`` may show how many are done.

    ``link`` makes hard links: another name for the same file, which takes no space and is a file to everybody.

    Raises:
        DataError: there is not enough space, or ``target`` is on another disk than what is to be linked.
    """
    if not link:
        _require_space(target, files.values())
    for folder in {(target / path).parent for path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, source in on_files(files.items()):
        if not link:
            shutil.copy2(source, target / path)
            continue
        try:
            (target / path).hardlink_to(source.resolve())
        except OSError as error:
            if error.errno in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
                raise DataError(
                    f"{source} cannot be linked from {target.parent} ({error.strerror}); expected both on one disk "
                    "that has hard links: copy instead (--copy), or give an --output beside the data"
                ) from error
            raise


def _require_space(target: Path, sources: Iterable[Path]) -> None:
    needed, free = sum(source.stat().st_size for source in sources), shutil.disk_usage(target).free
    if needed > free:
        raise DataError(
            f"the copy takes {needed / 1e9:.2f} GB, and {free / 1e9:.2f} GB are free at {target.parent}; expected "
            "enough space: free some, or link the files instead (--link)"
        )
