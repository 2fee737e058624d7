"""Arrays on disk for work in progress: nameless files that vanish with the process, whatever becomes of it."""

import mmap
import os
import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from faultloc.subject.shared_arrays import Allocate, array_on, bytes_of


def scratch_arrays(folder: Path) -> Allocate:
    """Gives arrays that lie on the disk of ``folder``: the system writes them out and drops them when memory is short.

    An array's space is taken at once, so that a full disk is an error (``OSError``) and not a crash later, and is free
    again when nothing refers to the array. ``folder`` is made if need be; no file shows in it.
    """

    def allocate(shape: tuple[int, ...], kind: type[np.generic]) -> Shaped[np.ndarray, "..."]:
        folder.mkdir(parents=True, exist_ok=True)
        size = bytes_of(shape, kind)
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, size)
            return array_on(mmap.mmap(file.fileno(), size), shape, kind)

    return allocate
