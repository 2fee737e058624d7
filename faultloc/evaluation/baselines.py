"""Rankings that cost nothing beyond one forward pass: what a method has to beat.

All give a suspiciousness per sample, higher is worse. They read the subject's own outputs on the samples it was trained
on, which it may have memorised, faults included: an overtrained subject is a handicap for every one of them.
"""

import numpy as np
from jaxtyping import Float, Int


def rank_randomly(samples: int, generator: np.random.Generator) -> Float[np.ndarray, "sample"]:
    """Uniform noise in [0, 1): the floor."""
    return generator.random(samples)


def label_margin(
    logits: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """The highest other logit minus the given label's; any real number, positive where the model disagrees.

    Needs two classes. Source: Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking",
    NeurIPS 2020. Differs: the last epoch's margin with its sign turned, not the average over the epochs.
    """
    others = logits.astype(np.float64)
    samples = np.arange(len(labels))
    given = others[samples, labels]
    others[samples, labels] = -np.inf
    return others.max(axis=1) - given


def self_confidence(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """Minus the given label's probability; in [-1, 0].

    The order of 1 - p, without its rounding: 1 - 1e-17 is 1, and the worst samples would tie.
    """
    return -probabilities[np.arange(len(labels)), labels].astype(np.float64)


def max_probability(probabilities: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample"]:
    """Minus the highest probability; in [-1, 0]. Knows nothing of the given label.

    Source: Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017.
    """
    return -probabilities.max(axis=1).astype(np.float64)


def deep_gini(probabilities: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample"]:
    """1 - the sum of squared probabilities; in [0, 1 - 1/class]. Knows nothing of the given label.

    Source: Feng et al., "DeepGini: Prioritizing Massive Tests to Enhance the Robustness of Deep Neural Networks",
    ISSTA 2020.
    """
    return 1 - np.square(probabilities, dtype=np.float64).sum(axis=1)


def entropy(probabilities: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample"]:
    """Shannon's entropy of the probabilities in nats; in [0, log(class)]. Knows nothing of the given label."""
    exact = probabilities.astype(np.float64)
    return -(exact * np.log(np.where(exact > 0, exact, 1))).sum(axis=1)


def loss_and_chance(
    loss: Float[np.ndarray, "sample"], generator: np.random.Generator
) -> dict[str, Float[np.ndarray, "sample"]]:
    """The baselines that need no classes, by name; ``loss`` is that of what is given."""
    return {"random": rank_randomly(len(loss), generator), "loss": loss.astype(np.float64)}


def baseline_suspiciousness(
    logits: Float[np.ndarray, "sample class"],
    probabilities: Float[np.ndarray, "sample class"],
    loss: Float[np.ndarray, "sample"],
    labels: Int[np.ndarray, "sample"],
    generator: np.random.Generator,
) -> dict[str, Float[np.ndarray, "sample"]]:
    """Every baseline of this file by name; ``loss`` is the cross-entropy of the given label."""
    return {
        **loss_and_chance(loss, generator),
        "margin": label_margin(logits, labels),
        "max_probability": max_probability(probabilities),
        "deep_gini": deep_gini(probabilities),
        "entropy": entropy(probabilities),
        "self_confidence": self_confidence(probabilities, labels),
    }
