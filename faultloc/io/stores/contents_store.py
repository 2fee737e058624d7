"""What each of the samples to examine was when it was examined: a hash of its file, or of its text.

contents.npy   in the folder of the data set: a row for each sample of its training set, in the same order
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faultloc.errors import DataError
from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.io.stores.dataset_store import load_train

_FILE = "contents.npy"
# Kept of each hash: by chance no two contents share so many.
_BYTES = 16


@dataclass(frozen=True)
class Contents:
    """What the samples were, by their ids."""

    by_id: Mapping[str, bytes]

    def is_file(self, sample_id: str, path: Path) -> bool:
        """Whether the file at ``path`` holds what that of the sample held.

        Raises:
            DataError: it cannot be read.
        """
        try:
            return self.by_id[sample_id] == _kept(content_of_file(path))
        except OSError as error:
            raise DataError(
                f"{path} cannot be read ({error.strerror}); expected the file that was examined: let it be read"
            ) from error

    def is_text(self, sample_id: str, text: str) -> bool:
        """Whether ``text`` is that of the sample."""
        return self.by_id[sample_id] == _kept(content_of_text(text))


def content_of_file(path: Path) -> bytes:
    """A hash of the bytes at ``path``, whatever they stand for."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()


def content_of_text(text: str) -> bytes:
    """A hash of ``text``."""
    return hashlib.blake2b(text.encode()).digest()


def save_contents(folder: Path, sample_ids: Sequence[str], by_id: Mapping[str, bytes]) -> None:
    """Keeps what the samples to examine in the data set at ``folder``, ``sample_ids``, were; ``by_id`` has them."""
    kept = b"".join(_kept(by_id[sample_id]) for sample_id in sample_ids)
    save_array(folder / _FILE, np.frombuffer(kept, dtype=np.uint8).reshape(-1, _BYTES))


def has_contents(folder: Path) -> bool:
    """Whether the data set at ``folder`` keeps what its samples were; earlier versions did not."""
    return (folder / _FILE).exists()


def forget_contents(folder: Path) -> None:
    """Removes what is kept of samples that are about to be replaced."""
    (folder / _FILE).unlink(missing_ok=True)


def load_contents(folder: Path) -> Contents | None:
    """What the samples to examine in the data set at ``folder`` were; None where an earlier version kept nothing of it.

    Raises:
        DataError: what is kept does not belong to these samples.
    """
    if not has_contents(folder):
        return None
    ids, kept = load_train(folder).sample_ids.tolist(), load_array(folder / _FILE)
    if kept.dtype != np.uint8 or kept.shape != (len(ids), _BYTES):
        raise DataError(
            f"{folder / _FILE} holds {kept.dtype} of the shape {list(kept.shape)}; expected {_BYTES} bytes for each of "
            f"the {len(ids):,} samples: run `faultloc dfaulo` again"
        )
    return Contents({sample_id: row.tobytes() for sample_id, row in zip(ids, kept, strict=True)})


def _kept(content: bytes) -> bytes:
    return content[:_BYTES].ljust(_BYTES, b"\0")
