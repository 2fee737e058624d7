"""Small data sets as files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

WriteImages = Callable[..., Path]


@pytest.fixture
def write_images(tmp_path: Path) -> WriteImages:
    """Writes ``per_class`` images of each class below ``<root>/<set>/<class>/`` and gives the root."""

    def write(
        classes: Sequence[str] = ("cat", "dog"),
        per_class: int = 3,
        *,
        root: str = "pets",
        image_set: str = "train",
        size: tuple[int, int] = (6, 5),
        mode: str = "RGB",
    ) -> Path:
        rng = np.random.default_rng(0)
        for name in classes:
            folder = tmp_path / root / image_set / name
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(per_class):
                shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
                pixels = rng.integers(0, 256, shape, dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number:03d}.png")
        return tmp_path / root

    return write
