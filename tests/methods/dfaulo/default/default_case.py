"""Evidence about a made-up data set whose truth is known: what mutants would say of four classes of points."""

from dataclasses import dataclass

import numpy as np

from faultloc.methods.dfaulo.default.evidence import DefaultEvidence
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings
from faultloc.methods.dfaulo.default.suffix.neighbours import add_neighbour_labels, nearest_in_embedding

SETTINGS = ScorerSettings(anchor_share=0.3, neighbour_weight=0.5, floor=0.001)
CLASSES = 4


@dataclass(frozen=True)
class DefaultCase:
    """The evidence, and for each sample its right label and whether its label is wrong or its input foreign."""

    evidence: DefaultEvidence
    true_labels: np.ndarray
    is_wrong: np.ndarray
    is_foreign: np.ndarray

    @property
    def is_fault(self) -> np.ndarray:
        """Either."""
        return self.is_wrong | self.is_foreign


def make_case(
    samples: int = 2000, wrong: int = 80, foreign: int = 0, seed: int = 0, pair: tuple[int, int] | None = None
) -> DefaultCase:
    """Points around the corners of a simplex; foreign ones lie near the middle, with any label.

    ``pair``: the wrong labels confuse these two classes only, in both directions.
    """
    rng = np.random.default_rng(seed)
    true_labels = rng.integers(0, CLASSES, samples)
    strength = np.where(rng.random(samples) < 0.1, 1.5, 5.0)  # a tenth of the samples are hard
    is_foreign = np.zeros(samples, bool)
    is_foreign[:foreign] = True
    strength[is_foreign] = 0.1
    logits = strength[:, None] * np.eye(CLASSES)[true_labels] + rng.normal(0, 0.7, (samples, CLASSES))
    candidates = np.flatnonzero(~is_foreign & (np.isin(true_labels, pair) if pair else True))
    is_wrong = np.zeros(samples, bool)
    is_wrong[rng.choice(candidates, wrong, replace=False)] = True
    labels = true_labels.copy()
    other = (true_labels + rng.integers(1, CLASSES, samples)) % CLASSES
    if pair:
        other = np.where(true_labels == pair[0], pair[1], pair[0])
    labels[is_wrong] = other[is_wrong]
    labels[is_foreign] = rng.integers(0, CLASSES, foreign)
    unseen = softmax(logits)
    seen = softmax(logits + np.eye(CLASSES)[labels])
    embedding = (logits + rng.normal(0, 0.3, logits.shape)).astype(np.float32)
    nearest, cosines = nearest_in_embedding(embedding, 15)
    neighbours = np.zeros((samples, CLASSES), np.float32)
    add_neighbour_labels(neighbours, (nearest, cosines), labels, 1, sharpness=10.0)
    energy = -np.log(np.exp(logits).sum(axis=1)).astype(np.float32)
    evidence = DefaultEvidence(
        labels=labels,
        seen=seen,
        unseen=unseen,
        energy=energy,
        model_energy=(energy + rng.normal(0, 0.3, samples)).astype(np.float32),
        neighbours=neighbours,
        alignment=np.stack([unseen.max(axis=1)] * 3).astype(np.float32),
        nearest=nearest,
        nearest_distance=np.linalg.norm(embedding - embedding[nearest[:, 0]], axis=1),
    )
    return DefaultCase(evidence, true_labels, is_wrong, is_foreign)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities, in single precision as the stages write them."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
