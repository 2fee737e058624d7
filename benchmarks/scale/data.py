"""The data of the benchmark: MNIST, or as many made-up digits as are wanted, with 5 % of the labels wrong.

Both lie in a folder as memory maps, beside a network that was trained on them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import nn

from faultloc.io.datasets import read_mnist
from faultloc.io.datasets.sample_ids import numbered_ids
from faultloc.io.stores.artifacts import load_array, save_array
from faultloc.subject.architectures import LeNet1
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import numpy_generator, torch_generator
from faultloc.subject.training import train_network

CLASSES, SIDE = 10, 28
# Few epochs, as a user's model of a large set has seen: at a million one does.
EPOCHS, EPOCHS_OF_A_MILLION = 5, 1
_SHARE_WRONG = 0.05
_STYLES = 8  # ways to draw each made-up digit
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class ScaleCase:
    """The samples, their truth and the network that was trained on them."""

    dataset: LabeledDataset
    is_fault: Bool[np.ndarray, "sample"]
    network: nn.Module


def write_mnist(folder: Path, root: Path, samples: int) -> None:
    """The first ``samples`` training images of MNIST."""
    train = read_mnist(root=str(root)).train
    save_array(folder / "inputs.npy", np.ascontiguousarray(train.inputs[:samples]))
    _write_labels(folder, train.labels[:samples], samples)


def write_generated(folder: Path, samples: int) -> None:
    """Made-up digits, written block by block: a few smooth drawings of each class, moved, faded and full of noise."""
    rng = numpy_generator(0, "scale", "digits")
    drawings = _smooth_drawings(rng)
    labels = rng.integers(0, CLASSES, samples)
    shape = (samples, 1, SIDE, SIDE)
    inputs = np.lib.format.open_memmap(folder / "inputs.npy", mode="w+", dtype=np.uint8, shape=shape)
    for start in range(0, samples, _ROWS_AT_ONCE):
        rows = np.arange(start, min(start + _ROWS_AT_ONCE, samples))
        first, second = rng.integers(0, _STYLES, (2, len(rows)))
        mixed = rng.random((len(rows), 1, 1), np.float32)
        images = mixed * drawings[labels[rows], first] + (1 - mixed) * drawings[labels[rows], second]
        down, right = rng.integers(-3, 4, (2, len(rows)))
        across = (np.arange(SIDE)[None] - right[:, None]) % SIDE
        along = (np.arange(SIDE)[None] - down[:, None]) % SIDE
        images = images[np.arange(len(rows))[:, None, None], along[:, :, None], across[:, None, :]]
        images += rng.normal(0, 0.2, images.shape).astype(np.float32)
        inputs[rows, 0] = (255 * images.clip(0, 1)).astype(np.uint8)
    inputs.flush()
    _write_labels(folder, labels, samples)


def _smooth_drawings(rng: np.random.Generator) -> Float[np.ndarray, "class style height width"]:
    from scipy.ndimage import gaussian_filter

    common = rng.normal(size=(CLASSES, 1, SIDE, SIDE)) + 0.7 * rng.normal(size=(CLASSES, _STYLES, SIDE, SIDE))
    smooth = gaussian_filter(common, (0, 0, 2.5, 2.5))
    return (smooth > 0.6 * smooth.std()).astype(np.float32)


def _write_labels(folder: Path, true_labels: np.ndarray, samples: int) -> None:
    rng = numpy_generator(0, "scale", "faults")
    is_fault = np.zeros(samples, bool)
    is_fault[rng.choice(samples, round(_SHARE_WRONG * samples), replace=False)] = True
    given = np.where(is_fault, (true_labels + rng.integers(1, CLASSES, samples)) % CLASSES, true_labels)
    save_array(folder / "labels.npy", given.astype(np.int64))
    save_array(folder / "is_fault.npy", is_fault)


def train_subject(folder: Path, epochs: int) -> None:
    """Trains LeNet-1 on the given labels, and writes its weights."""
    case = load_case(folder, trained=False)
    recipe = TrainingRecipe("Adam", epochs, 64, {"lr": 0.001})
    rows = np.arange(len(case.dataset))
    inputs = torch.from_numpy(case.dataset.inputs)
    train_network(case.network, inputs, case.dataset.labels, rows, recipe, torch_generator(0, "scale", "training"))
    for name, weights in case.network.state_dict().items():
        save_array(folder / "weights" / f"{name}.npy", weights.numpy())


def load_case(folder: Path, *, trained: bool = True) -> ScaleCase:
    """The case in ``folder``, its images memory-mapped."""
    labels = load_array(folder / "labels.npy")
    ids = numbered_ids("train", np.arange(len(labels)), len(labels))
    names = [str(label) for label in range(CLASSES)]
    dataset = LabeledDataset(load_array(folder / "inputs.npy", mmap=True), labels, ids, names)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = LeNet1((1, SIDE, SIDE), CLASSES)
    if trained:
        files = (folder / "weights").glob("*.npy")
        network.load_state_dict({file.stem: torch.from_numpy(load_array(file)) for file in files})
    return ScaleCase(dataset, load_array(folder / "is_fault.npy"), network)
