"""What one core does a second: image files decoded and resized, images through ResNet-50, the direction of a class.

    python -m benchmarks.scale.throughput [--files 400] [--batches 4]

The files are made up: smooth colours with grain, 500x375, JPEG at quality 90. Rates are per second of the processor,
one thread, so that other work on the machine does not count.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from faultloc.io.datasets.image_files import decode_images
from faultloc.methods.dfaulo.default.suffix.class_alignment import class_alignment
from faultloc.torchvision_import import import_torchvision

_WIDTH, _HEIGHT, _SIDE, _CLASSES = 500, 375, 224, 1000
_FEATURES = 2048  # of ResNet-50


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--batches", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=16)
    options = parser.parse_args()
    torch.set_num_threads(1)
    folder = Path(tempfile.mkdtemp(prefix="faultloc-scale-"))
    try:
        paths = _write_files(folder, options.files)
        size = np.mean([path.stat().st_size for path in paths]) / 1000
        decode_images(paths[:2], size=(_SIDE, _SIDE), channels=3)
        started = time.process_time()
        images = decode_images(paths, size=(_SIDE, _SIDE), channels=3)
        rate = len(paths) / (time.process_time() - started)
        print(f"{_WIDTH}x{_HEIGHT} JPEG of {size:.0f} kB, decoded to {_SIDE}x{_SIDE}: {rate:.0f} images/s a core")
    finally:
        shutil.rmtree(folder)
    batch = torch.from_numpy(images[: options.batch_size]).float() / 255
    forward, both = _network_rates(batch, options.batches)
    print(f"ResNet-50, {_SIDE}x{_SIDE}, batches of {len(batch)}: forward {forward:.1f} images/s a core")
    print(f"ResNet-50, forward and backward: {both:.1f} images/s a core")
    print(f"a class's direction among {_FEATURES} features: {_eigenvector_seconds():.1f} s")


def _write_files(folder: Path, count: int) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), np.float32)
        grain = rng.normal(0, 14, (_HEIGHT, _WIDTH, 1)).astype(np.float32)
        paths.append(folder / f"{number:05d}.jpg")
        Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8)).save(paths[-1], quality=90)
    return paths


def _network_rates(batch: torch.Tensor, batches: int) -> tuple[float, float]:
    network = import_torchvision("torchvision.models", purpose="the benchmark").resnet50(num_classes=_CLASSES)
    targets = torch.arange(len(batch)) % _CLASSES

    def forward() -> None:
        with torch.inference_mode():
            network(batch)

    def both() -> None:
        network.zero_grad(set_to_none=True)
        F.cross_entropy(network(batch), targets).backward()

    rates = []
    for work in (forward, both):
        network.train(work is both)
        work()
        started = time.process_time()
        for _ in range(batches):
            work()
        rates.append(batches * len(batch) / (time.process_time() - started))
    return rates[0], rates[1]


def _eigenvector_seconds() -> float:
    rows = np.random.default_rng(0).normal(size=(1300, _FEATURES)).astype(np.float32)
    started = time.process_time()
    class_alignment(rows, np.zeros(len(rows), np.int64))
    return time.process_time() - started


if __name__ == "__main__":
    main()
