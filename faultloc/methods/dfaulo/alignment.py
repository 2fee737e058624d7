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
    # Lengths are divided by where they are needed: a second array of all features would be as large as the first.
    lengths = np.maximum(np.linalg.norm(features, axis=1), 1e-12)
    best = np.zeros(len(features), np.float32)
    for label in np.unique(labels):
        of_label = labels == label
        members = features[of_label] / lengths[of_label, None]
        _, vectors = np.linalg.eigh(members.T @ members)
        best = np.maximum(best, np.square(features @ vectors[:, -1] / lengths))
    return np.minimum(best, 1).astype(np.float32)
