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
    samples: int = 2000,
    wrong: int = 80,
    foreign: int = 0,
    seed: int = 0,
    pair: tuple[int, int] | None = None,
    *,
    inputs: bool = False,
    learned: float = 0.0,
) -> DefaultCase:
    """Points around the corners of a simplex. Foreign ones lie nearer to the middle, look somewhat like some class,
    carry any label, and seem strange: their energy is higher and they lie along no class.

    ``pair``: the wrong labels confuse these two classes only, in both directions. With ``inputs`` there is an opinion
    by the inputs alone, less sure than the mutants'. A share ``learned`` of the wrong labels is what the mutants say,
    too, since their features hold it by heart.
    """
    rng = np.random.default_rng(seed)
    true_labels = rng.integers(0, CLASSES, samples)
    strength = np.where(rng.random(samples) < 0.1, 1.5, 5.0)  # a tenth of the samples are hard
    is_foreign = np.zeros(samples, bool)
    is_foreign[:foreign] = True
    strength[is_foreign] = rng.uniform(0.5, 2.5, foreign)
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
    knows = is_wrong & (rng.random(samples) < learned)
    by_inputs = softmax(0.6 * logits + rng.normal(0, 0.7, logits.shape))
    logits[knows] += 3.0 * (np.eye(CLASSES)[labels] - np.eye(CLASSES)[true_labels])[knows]
    unseen = softmax(logits)
    seen = softmax(logits + np.eye(CLASSES)[labels])
    embedding = (logits + rng.normal(0, 0.3, logits.shape)).astype(np.float32)
    nearest, cosines = nearest_in_embedding(embedding, 15)
    neighbours = np.zeros((samples, CLASSES), np.float32)
    add_neighbour_labels(neighbours, (nearest, cosines), labels, 1, sharpness=10.0)
    energy = (-np.log(np.exp(logits).sum(axis=1)) + 1.5 * is_foreign).astype(np.float32)
    aligned = unseen.max(axis=1) * np.where(is_foreign, 0.7, 1.0)
    evidence = DefaultEvidence(
        labels=labels,
        seen=seen,
        unseen=unseen,
        energy=energy,
        model_energy=(energy + rng.normal(0, 0.3, samples)).astype(np.float32),
        neighbours=neighbours,
        alignment=np.stack([aligned] * 3).astype(np.float32),
        nearest=nearest,
        nearest_distance=np.linalg.norm(embedding - embedding[nearest[:, 0]], axis=1),
        input_opinion=by_inputs if inputs else None,
        input_features=embedding if inputs else None,
    )
    return DefaultCase(evidence, true_labels, is_wrong, is_foreign)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities, in single precision as the stages write them."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
