"""What a network says of each split, a folder a split: `logits.npy` and `probabilities.npy`, or `outputs.npy` of a
regression, and `loss.npy`."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from faultloc.io.artifacts import save_array
from faultloc.probes.predictions import Predictions
from faultloc.subject.splits import SPLITS, Split


def save_predictions(folder: Path, predictions: Mapping[Split, Predictions]) -> None:
    """Writes the ``predictions`` of each split into its folder below ``folder``; those of other splits vanish."""
    for name in SPLITS:
        if name not in predictions and (folder / name).exists():
            shutil.rmtree(folder / name)
    for name, said in predictions.items():
        for kept, values in {**said.task.kept_outputs(said.outputs), "loss": said.losses}.items():
            save_array(folder / name / f"{kept}.npy", values)
