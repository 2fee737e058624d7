"""The data of a case and the network trained on them, made in a process that ends before anything is measured."""

from pathlib import Path

import torch

from benchmarks.scale.data import EPOCHS, EPOCHS_OF_A_MILLION, train_subject, write_generated, write_mnist
from benchmarks.scale.measured import cpu_seconds

# Holds the CPU seconds of the training, and its epochs.
TRAINING_COST = "training.txt"


def prepare_case(folder: Path, data: str, samples: int, root: Path | None) -> None:
    """Writes the case and the weights into ``folder``; MNIST is read from ``root``."""
    torch.set_num_threads(1)
    if data == "MNIST":
        assert root is not None
        write_mnist(folder, root, samples)
    else:
        write_generated(folder, samples)
    before = cpu_seconds()
    epochs = EPOCHS_OF_A_MILLION if samples >= 1_000_000 else EPOCHS
    train_subject(folder, epochs)
    (folder / TRAINING_COST).write_text(f"{cpu_seconds() - before} {epochs}")
