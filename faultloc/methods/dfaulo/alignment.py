"""How well a sample's features lie along the direction of some class."""

import numpy as np
from jaxtyping import Float, Int


def class_alignment(
    features: Float[np.ndarray, "sample feature"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """The squared cosine between each sample and the nearest class direction; in [0, 1], low = like no class.

    A class's direction is the first eigenvector of its samples' normalised Gram matrix.

    Source: Kim et al., "FINE Samples for Learning with Noisy Labels", NeurIPS 2021.
    Differs: the best of all classes, not that of the given label, so that it tells foreign inputs and no wrong labels.
    """
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.maximum(lengths, 1e-12)
    best = np.zeros(len(features), np.float32)
    for label in np.unique(labels):
        members = unit[labels == label]
        _, vectors = np.linalg.eigh(members.T @ members)
        best = np.maximum(best, np.square(unit @ vectors[:, -1]))
    return np.minimum(best, 1).astype(np.float32)
