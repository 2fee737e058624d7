"""How a model of Hugging Face wants its images: by the image processor that `save_pretrained` wrote beside it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faultloc.errors import ModelError
from faultloc.io.models.pretrained_folder import import_transformers, quiet_transformers, read_config

if TYPE_CHECKING:
    from PIL import Image

PROCESSOR = "preprocessor_config.json"
_USUAL_RESCALING = 1 / 255


@dataclass(frozen=True)
class ImageProcessor:
    """Makes of an image what the model takes: where ``mean`` and ``std`` are there, 8-bit pixels, resized and cropped,
    of which the model then gets (pixels / 255 - mean) / std; else all of it.

    ``digest`` tells one processor from another; ``about`` says to people what it does.
    """

    processor: Any
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    digest: str
    about: str

    def __call__(self, image: "Image.Image | str") -> np.ndarray:
        """The pixels (channel, height, width)."""
        keep_pixels = {} if self.mean is None else {"do_rescale": False, "do_normalize": False}
        with quiet_transformers():
            [made] = self.processor(images=image, return_tensors="np", **keep_pixels)["pixel_values"]
        return made


def read_image_processor(folder: Path) -> ImageProcessor | None:
    """The image processor in ``folder``; None where there is none. It is one of transformers' own, and nothing is
    fetched.

    Raises:
        ModelError: it needs code of its own, or cannot be made.
        MissingPackageError: transformers is not installed.
    """
    path = folder / PROCESSOR
    if not path.is_file():
        return None
    config = read_config(path)
    import_transformers(f"the image processor in {folder}")
    import transformers
    from transformers import AutoImageProcessor

    try:
        with quiet_transformers():
            processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever settings of another version, or code that is not run, make of the library
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{path} cannot be read by transformers ({type(error).__name__}: {reason}); give --transform, or "
            "--img_size, --mean and --std"
        ) from error
    mean, std = _scaling(processor)
    digest = hashlib.sha256(path.read_bytes() + transformers.__version__.encode()).hexdigest()
    return ImageProcessor(processor, mean, std, digest, _about(config))


def _scaling(processor: Any) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None]:
    """The mean and the deviation where pixels are scaled as usual; they can be kept in 8 bits then."""
    rescales = getattr(processor, "do_rescale", False) and np.isclose(
        getattr(processor, "rescale_factor", 0), _USUAL_RESCALING, rtol=1e-9, atol=0
    )
    if not rescales or getattr(processor, "rescale_offset", False):
        return None, None
    if not getattr(processor, "do_normalize", False):
        return (0.0,), (1.0,)
    mean, std = getattr(processor, "image_mean", None), getattr(processor, "image_std", None)
    if not isinstance(mean, list | tuple) or not isinstance(std, list | tuple) or len(mean) != len(std):
        return None, None
    return tuple(map(float, mean)), tuple(map(float, std))


def _about(config: dict[str, Any]) -> str:
    size = config.get("size")
    sides = "x".join(str(side) for side in size.values()) if isinstance(size, dict) else str(size)
    resized = f"resized to {sides}" if config.get("do_resize", True) and size else "not resized"
    return f"{resized}, mean {config.get('image_mean')}, standard deviation {config.get('image_std')}"
