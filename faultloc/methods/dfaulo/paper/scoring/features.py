"""The paper's feature vector: what the subject and its mutants say about a sample."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.methods.dfaulo.paper.layers import LAYERS
from faultloc.subject.dataset import Given
from faultloc.subject.task import task_of


@dataclass(frozen=True)
class MutantEvidence:
    """What the subject and its three mutants say; layers are in the order of ``LAYERS``.

    In a regression ``labels`` are the targets, and what is said is not probabilities but the outputs as they are.
    """

    labels: Given
    subject: Float[np.ndarray, "sample class"]
    mutants: Float[np.ndarray, "layer sample class"]
    deleted: Bool[np.ndarray, "layer sample"]

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: Int[np.ndarray, "chosen"] | slice) -> "MutantEvidence":
        """The evidence on the samples at ``rows``."""
        return MutantEvidence(self.labels[rows], self.subject[rows], self.mutants[:, rows], self.deleted[:, rows])


def feature_vectors(evidence: MutantEvidence, layers: Sequence[str] = LAYERS) -> Float[np.ndarray, "sample feature"]:
    """Probabilities, one-hot label, deletion flags and losses: 5 x classes + 7 numbers for all three layers.

    In this order: the subject's probabilities, the given label as one-hot, the probabilities of each mutant in
    ``layers``, whether each was trained without the sample, the subject's squashed loss, that of each mutant. Fewer
    ``layers`` give the paper's ablations (3 x classes + 3 numbers for one). In a regression outputs stand in for
    probabilities, targets for the one-hot label and the squared error for the loss.

    Source: Yin et al. 2023, section 3.3, and the authors' code.
    """
    chosen = [LAYERS.index(layer) for layer in layers]
    task = task_of(evidence.labels)
    opinions = [evidence.subject, *(evidence.mutants[layer] for layer in chosen)]
    return np.concatenate(
        [
            opinions[0],
            task.as_opinions(evidence.labels, evidence.subject.shape[1]),
            *opinions[1:],
            evidence.deleted[chosen].T.astype(np.float32),
            np.stack([task.opinion_losses(opinion, evidence.labels) for opinion in opinions], axis=1),
        ],
        axis=1,
    )
