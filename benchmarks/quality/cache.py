"""Each step of each case in a file of its own, named by all that it depends on: stop it, and it carries on."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]


def source_digest(sources: Sequence[str]) -> str:
    """A hash of the Python files at ``sources``, files or folders of the repository."""
    digest = hashlib.sha256()
    for source in sources:
        path = REPOSITORY / source
        if not path.exists():
            raise FileNotFoundError(path)
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(REPOSITORY).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def cached(folder: Path, digest: str, compute: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What ``compute`` gives, from ``folder`` where the same ``digest`` was computed before."""
    path = folder / f"{digest}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{digest}.{os.getpid()}.npz"
        np.savez(partial, **compute())
        partial.replace(path)
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays}
