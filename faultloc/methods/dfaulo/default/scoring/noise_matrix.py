"""How labels are confused, estimated from the samples that the mutants are surest of."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

# A cell is hot when it exceeds what the others explain by so many standard deviations, and by so many samples.
_DEVIATIONS, _SAMPLES = 3.0, 3.0
# The shared rate of the cold cells starts from one wrong label in so many: it stays above 0 where none was seen.
_PSEUDO_SAMPLES = 50
_MOST_ROUNDS = 5
_LEAST_RIGHT = 0.05


@dataclass(frozen=True)
class NoiseMatrix:
    """``transition[a, b]``: the probability that a sample of class a carries label b; rows add up to 1."""

    transition: Float[np.ndarray, "class class"]


@dataclass(frozen=True)
class AnchorNoise(NoiseMatrix):
    """That of the anchors. ``is_hot``: the cells that have a rate of their own; all others have the ``shared`` one."""

    is_hot: Bool[np.ndarray, "class class"]
    shared: float


def estimate_noise(
    probabilities: Float[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], *, anchor_share: float
) -> AnchorNoise:
    """The noise matrix of the anchors: of every predicted class the ``anchor_share`` with the highest probability.

    Only a *hot* cell, one that holds more anchors than the rest of the matrix explains, gets a rate of its own; all
    others share one. A matrix of free cells would take the errors of ambiguous classes for noise.
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    counts = np.zeros((classes, classes))
    for label in range(classes):
        members = np.flatnonzero(predicted == label)
        kept = int(np.ceil(len(members) * anchor_share))
        anchors = members[np.argsort(-probabilities[members, label], kind="stable")[:kept]]
        counts[label] = np.bincount(labels[anchors], minlength=classes)
    sizes = np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape)
    off_diagonal = ~np.eye(classes, dtype=bool)
    hot, base = np.zeros_like(off_diagonal), 0.0
    for _ in range(_MOST_ROUNDS):
        cold = off_diagonal & ~hot
        base = (counts[cold].sum() + 1) / (sizes[cold].sum() + _PSEUDO_SAMPLES)
        expected = base * sizes
        found = off_diagonal & (counts > expected + _DEVIATIONS * np.sqrt(expected) + _SAMPLES)
        if (found == hot).all():
            break
        hot = found
    transition = np.where(hot, counts / np.maximum(sizes, 1), base)
    np.fill_diagonal(transition, 0)
    np.fill_diagonal(transition, np.maximum(1 - transition.sum(axis=1), _LEAST_RIGHT))
    return AnchorNoise(transition / transition.sum(axis=1, keepdims=True), hot, float(base))


def with_rates(rates: Float[np.ndarray, "class class"]) -> NoiseMatrix:
    """The matrix of these ``rates`` of wrong labels, 0 on the diagonal; all other labels are right."""
    return NoiseMatrix(rates + np.diag(1 - rates.sum(axis=1)))


def without_noise(
    probabilities: Float[np.ndarray, "sample class"], noise: NoiseMatrix, *, floor: float
) -> Float[np.ndarray, "sample class"]:
    """The probabilities of the true class, from those of the given label that a model of noisy labels learns.

    The inverse of ``probabilities`` = true ones @ transition; what falls below ``floor`` is lifted to it. Rows add up
    to 1. Source: Patrini et al., "Making Deep Neural Networks Robust to Label Noise", CVPR 2017 (their backward
    correction, of probabilities).
    """
    # Solved, not inverted; least squares, should two rows of the matrix be the same.
    true = np.linalg.lstsq(noise.transition.T, probabilities.T.astype(np.float64), rcond=None)[0].T
    true = np.maximum(true, floor)
    return true / true.sum(axis=1, keepdims=True)
