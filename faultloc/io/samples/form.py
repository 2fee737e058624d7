"""In which form samples are kept for the model."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# What a person's own code makes of an image or a text: a tensor or an array of one shape for all samples.
Transform = Callable[["Image.Image | str"], object]


@dataclass(frozen=True)
class SampleForm:
    """Images of ``size`` (width, height) and ``channels`` (1 or 3), as the files are where None; texts as token ids,
    ``max_tokens`` of them, by the position of their words in ``vocabulary``, or by the ``tokenizer`` file's own.

    ``transform`` stands for all of that: it is given the image (grey or RGB) or the text. ``transform_digest`` tells
    one version of it from another.
    """

    size: tuple[int, int] | None = None
    channels: int | None = None
    vocabulary: Sequence[str] = ()
    tokenizer: str = ""
    max_tokens: int = 100
    transform: Transform | None = None
    transform_digest: str = ""

    def digest(self) -> str:
        """A hash of all that changes what is kept."""
        parts = (
            self.size,
            self.channels,
            tuple(self.vocabulary),
            self.tokenizer,
            self.max_tokens,
            self.transform_digest,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()
