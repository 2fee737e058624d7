"""IDX files, the format of MNIST and of the sets made after its model."""

import gzip
import hashlib
import zlib
from math import prod
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from faultloc.errors import DataError


def find_idx(folders: list[Path], name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in the first of ``folders`` that has it."""
    candidates = (folder / file for folder in folders for file in (f"{name}.gz", name))
    return next((path for path in candidates if path.is_file()), None)


def read_idx(path: Path, *, md5: str) -> UInt8[np.ndarray, "sample ..."]:
    """The array of bytes in the IDX file at ``path``, gzipped or not.

    ``md5`` is that of the unpacked content, so that one number serves both forms.

    Raises:
        DataError: the file is damaged, or is not the one with this checksum.
    """
    content = _unpacked(path)
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError(
            f"{path} has the content MD5 {found}, expected {md5}: it is damaged or not the published file; delete it "
            "and fetch it again, or bring other data with dataset=npz"
        )
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4).tolist()
    return np.frombuffer(content, np.uint8, count=prod(shape), offset=4 + 4 * dimensions).reshape(shape).copy()


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): delete it and fetch it again") from error
