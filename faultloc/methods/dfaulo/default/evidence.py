"""What the default scorer knows of each sample; no truth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class DefaultEvidence:
    """What the suffix mutants, the samples around it and the model say of each sample.

    ``seen``, ``unseen``: the mutants' probabilities, trained with the sample and without it. ``energy``: minus the
    log-sum-exp of their logits, high where they recognise no class; ``model_energy`` the same of the model itself.
    ``neighbours``: the shares of the labels around it. ``alignment``: how well it lies along some class, in [0, 1], in
    each of several spaces: the prefix's features, the mutants' embedding, the input of the model's last layer.
    ``input_opinion``: the probabilities by the inputs of all other samples alone, without the model, and
    ``input_features``: the inputs along the directions in which they vary most; None where nothing was read of them.
    ``margins``: the mean margin over the training where that was recorded, high where the model agreed with the label;
    NaN of a sample that was never shown.
    ``memory`` in [0, 1] is how far the features that the mutants are trained on may know labels by heart: 0 where they
    are the inputs as they are, else the share of the labels contradicted by mutants that were not shown them which the
    model itself says; None where nobody asked.
    ``nearest``: the samples around it, the nearest first; ``nearest_distance``: that to the first, between features.
    """

    labels: Int[np.ndarray, "sample"]
    seen: Float[np.ndarray, "sample class"]
    unseen: Float[np.ndarray, "sample class"]
    energy: Float[np.ndarray, "sample"]
    model_energy: Float[np.ndarray, "sample"]
    neighbours: Float[np.ndarray, "sample class"]
    alignment: Float[np.ndarray, "space sample"]
    nearest: Int[np.ndarray, "sample neighbour"]
    nearest_distance: Float[np.ndarray, "sample"]
    input_opinion: Float[np.ndarray, "sample class"] | None = None
    input_features: Float[np.ndarray, "sample direction"] | None = None
    margins: Float[np.ndarray, "sample"] | None = None
    memory: Float[np.ndarray, ""] | None = None
