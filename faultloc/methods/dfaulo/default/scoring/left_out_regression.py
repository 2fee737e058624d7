"""How well each sample fits soft targets by its features, that sample left out."""

import numpy as np
from jaxtyping import Float

from faultloc.subject.blocks import blocks_of_rows

# So many of the directions are multiplied with one another as well: a kind may lie around the middle.
_SQUARED = 24
_FARTHEST = 4.0
_PENALTY = 1e-3
# Against a division by the rounding alone: more would let a sample's own target into what is said of it.
_LEAST_LEFT = 1e-9


def left_out_targets(
    features: Float[np.ndarray, "sample direction"], targets: Float[np.ndarray, "sample"]
) -> Float[np.ndarray, "sample"]:
    """What a ridge regression of ``targets`` on all other samples' features and their products says of each sample.

    ``features`` are sorted by how much they vary, the first the most.
    """
    spread = features.std(axis=0, dtype=np.float64) + 1e-12
    first, second = np.triu_indices(min(_SQUARED, features.shape[1]))

    def expanded(rows: slice) -> np.ndarray:
        scaled = features[rows] / spread
        near = np.clip(scaled, -_FARTHEST, _FARTHEST)
        return np.column_stack([scaled, near[:, first] * near[:, second], np.ones(len(scaled))])

    width = features.shape[1] + len(first) + 1
    gram, moments = _PENALTY * len(targets) * np.eye(width), np.zeros(width)
    blocks = list(blocks_of_rows(len(targets), width))
    for rows in blocks:
        block = expanded(rows)
        gram += block.T @ block
        moments += block.T @ targets[rows]
    inverse = np.linalg.inv(gram)
    weights, said = inverse @ moments, np.empty(len(targets))
    for rows in blocks:
        block = expanded(rows)
        leverage = ((block @ inverse) * block).sum(axis=1)
        missed = targets[rows] - block @ weights
        said[rows] = targets[rows] - missed / np.maximum(1 - leverage, _LEAST_LEFT)
    return said
