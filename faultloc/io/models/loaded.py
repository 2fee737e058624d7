"""What is known of a model once it is read."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from faultloc.io.models.stored_training import StoredTraining


@dataclass(frozen=True)
class LoadedModel:
    """A network on the CPU in evaluation mode, and what its file says of its training.

    ``form`` tells the user what was read and how, and ``notes`` what else there is to say of it, in sentences;
    ``digest`` is a hash of the name or of the files' content. ``class_names`` are those of the outputs in their order,
    where the file says them.
    """

    network: nn.Module
    training: StoredTraining
    form: str
    digest: str
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] | None = None


def content_digest(*parts: Path | str) -> str:
    """A SHA-256 over ``parts``: files by their content, texts as they are."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
