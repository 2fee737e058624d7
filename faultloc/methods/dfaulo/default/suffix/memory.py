"""How far a model may know labels by heart: what its features say of a label is worth less then."""

import numpy as np
from jaxtyping import Float, Int


def memory_of(
    unseen: Float[np.ndarray, "sample class"],
    labels: Int[np.ndarray, "sample"],
    predicted: Int[np.ndarray, "sample"],
) -> float:
    """Of the labels that opinions which were not shown them contradict, the share that the model says; in [0, 1].

    ``unseen`` are those opinions, ``predicted`` the model's own labels. A model that knows wrong labels by heart says
    those as well that mutants on its features see through: of models that were trained until they fit .76 to 1 of them,
    of others 0 to .66 (docs/default-scorer.md). 1 where no label is contradicted, since all may be known by heart then.
    """
    contradicted = unseen.argmax(axis=1) != labels
    return float((predicted == labels)[contradicted].mean()) if contradicted.any() else 1.0
