"""Files that the stages exchange: written whole and then renamed, so that an interrupted run leaves no half a file.

Nothing here writes a time, a host name or a pickle: the same content gives the same bytes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from faultloc.errors import DataError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside ``path`` that takes its name at the end, or vanishes after an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_array(path: Path, array: np.ndarray) -> None:
    """Writes ``array`` as ``.npy``; object arrays, which would be pickled, are refused."""
    with written_whole(path) as temporary, temporary.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def load_array(path: Path, *, mmap: bool = False) -> np.ndarray:
    """The array at ``path``; ``mmap`` leaves it on disk and reads the parts that are used.

    The map is copy-on-write: torch refuses to share a read-only array without a warning, and the file cannot be
    changed through it.
    """
    return np.load(existing(path), mmap_mode="c" if mmap else None, allow_pickle=False)


def save_json(path: Path, content: Mapping[str, object] | Sequence[object]) -> None:
    """Writes ``content`` with sorted keys."""
    with written_whole(path) as temporary:
        text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def load_json(path: Path) -> dict:
    """The object at ``path``."""
    return json.loads(existing(path).read_text(encoding="utf-8"))


def existing(path: Path) -> Path:
    """``path``, if it is there.

    Raises:
        DataError: it is not.
    """
    if not path.exists():
        raise DataError(f"{path} is missing: run `dvc repro`, which makes it")
    return path
