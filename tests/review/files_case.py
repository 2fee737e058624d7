"""Image files beside the results of the digits: what `faultloc dfaulo` leaves of a folder of photographs."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from faultloc.io.results_store import load_results
from tests.review.results_case import rename


def photograph(seed: int, size: tuple[int, int] = (480, 480)) -> Image.Image:
    """Smooth colours, another picture for each seed."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def from_folder(results: Path, root: Path, files: Mapping[str, Image.Image | bytes]) -> None:
    """Makes ``results`` those of the folder ``root``, in which ``files`` are its first samples."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path)
    about(results, {"form": "folder", "root": str(root), "image_set": "train", "test_set": "test", "digest": ""})
    rename(results, load_results(results).dataset.class_names, list(files))


def about(results: Path, dataset: object) -> None:
    """Lets `run.json` say that ``dataset`` was examined."""
    run = json.loads((results / "run.json").read_text())
    (results / "run.json").write_text(json.dumps({**run, "dataset": dataset}))
