"""An image processor of Hugging Face as a transform of one image."""

from collections.abc import Callable
from typing import Any

from faultloc.own.dataset import Transform

_INPUTS = "pixel_values"


def as_transform(transform: Transform | Any | None) -> Transform | None:
    """``transform``; an image processor, which answers with a batch, gives the pixels of its image."""
    if _INPUTS not in (getattr(transform, "model_input_names", None) or ()):
        return transform
    processor: Callable[..., Any] = transform  # type: ignore[assignment]
    return lambda image: processor(images=image, return_tensors="np")[_INPUTS][0]
