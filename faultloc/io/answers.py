"""What a model answers for each sample of a set, as HUDD's tools write it: `testResult.csv`, `trainResult.csv`."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from faultloc.io.stores.tables import save_table
from faultloc.subject.dataset import LabeledDataset

RIGHT, WRONG = "Correct", "Wrong"


def save_answers(path: Path, dataset: LabeledDataset, logits: Float[np.ndarray, "sample output"]) -> None:
    """Writes the columns image, result (Correct or Wrong), expected, predicted, and a class's score in each other."""
    predicted, outputs = logits.argmax(1), np.arange(logits.shape[1])
    said = pd.DataFrame(
        {
            "image": dataset.sample_ids,
            "result": np.where(predicted == dataset.labels, RIGHT, WRONG),
            "expected": dataset.names_of(dataset.labels),
            "predicted": dataset.names_of(predicted),
        }
    )
    scores = pd.DataFrame(logits, columns=dataset.names_of(outputs))
    save_table(path, pd.concat([said, scores], axis=1))
