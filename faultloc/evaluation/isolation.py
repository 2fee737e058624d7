"""How easily a sample is cut off from the others of its label."""

import numpy as np
from jaxtyping import Float, Int, Shaped


def class_isolation(
    values: Shaped[np.ndarray, "sample ..."], labels: Int[np.ndarray, "sample"], generator: np.random.Generator
) -> Float[np.ndarray, "sample"]:
    """An isolation forest's anomaly score within each given label; in (0, 1], higher is worse, about 0.5 is usual.

    ``values`` are inputs or features, flattened here. Reads the given label only to group by it.

    Source: Liu et al., "Isolation Forest", ICDM 2008, by scikit-learn with its own settings.

    Differs: DFauLo's authors compare with a deep isolation forest (DIF, Xu et al., TKDE 2023) on flattened inputs per
    label; this stands in for it, without DIF's random networks before the trees.
    """
    from sklearn.ensemble import IsolationForest

    flat = values.reshape(len(values), -1)
    scores = np.zeros(len(labels))
    for label in np.unique(labels):
        members = labels == label
        forest = IsolationForest(random_state=int(generator.integers(2**31))).fit(flat[members])
        scores[members] = -forest.score_samples(flat[members])
    return scores
