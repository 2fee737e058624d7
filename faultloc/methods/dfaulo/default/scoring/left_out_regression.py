"""How well each sample fits soft targets by its features, that sample left out."""

from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from faultloc.subject.blocks import blocks_of_rows

# So many of the directions are multiplied with one another as well: a kind may lie around the middle.
_SQUARED = 24
_FARTHEST = 4.0
_PENALTY = 1e-3
# Against a division by the rounding alone: more would let a sample's own target into what is said of it.
_LEAST_LEFT = 1e-9
# Some hundred weights are learned from so many samples at most; the others, which are not learned from, are asked.
_LEARNED_FROM = 20_000
_AT_ONCE = 2048


class LeftOutRegression:
    """A ridge regression on features and their products, for one set of targets after another.

    ``features`` are sorted by how much they vary, the first the most. Of more than 20,000 samples so many, evenly
    spread, are learned from.
    """

    def __init__(self, features: Float[np.ndarray, "sample direction"]) -> None:
        samples, directions = features.shape
        self._features, self._spread = features, _spread(features) + 1e-12
        self._width = directions + _products(directions) + 1
        self._learned = np.unique(np.linspace(0, samples - 1, min(samples, _LEARNED_FROM)).astype(np.int64))

    @property
    def learned(self) -> Int[np.ndarray, "chosen"]:
        """Places of the samples that it is learned from."""
        return self._learned

    @cached_property
    def _inverse(self) -> Float[np.ndarray, "feature feature"]:
        gram = _PENALTY * len(self._learned) * np.eye(self._width)
        for rows in _blocks(len(self._learned)):
            block = self._expanded(self._learned[rows], np.float64)
            gram += block @ block.T
        return np.linalg.inv(gram)

    @cached_property
    def _leverage(self) -> Float[np.ndarray, "_"]:
        leverage = np.empty(len(self._learned))
        for rows in _blocks(len(self._learned)):
            block = self._expanded(self._learned[rows], np.float64)
            leverage[rows] = np.einsum("ij,ij->j", self._inverse @ block, block)
        return leverage

    def __call__(self, targets: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "sample"]:
        """What the regression of ``targets`` on all other samples says of each sample."""
        weights, said = self._weights(targets), np.empty(len(targets))
        said[self._learned] = self._left_out(targets, weights)
        is_new = np.ones(len(targets), bool)
        is_new[self._learned] = False
        others = np.flatnonzero(is_new)
        for rows in _blocks(len(others)):
            said[others[rows]] = weights.astype(np.float32) @ self._expanded(others[rows], np.float32)
        return said

    def left_out(self, targets: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "chosen"]:
        """The same of the samples alone that it is learned from."""
        return self._left_out(targets, self._weights(targets))

    def _weights(self, targets: Float[np.ndarray, "sample"]) -> Float[np.ndarray, "_"]:
        moments = np.zeros(self._width)
        for rows in _blocks(len(self._learned)):
            moments += self._expanded(self._learned[rows], np.float64) @ targets[self._learned[rows]]
        return self._inverse @ moments

    def _left_out(
        self, targets: Float[np.ndarray, "sample"], weights: Float[np.ndarray, "_"]
    ) -> Float[np.ndarray, "chosen"]:
        said = np.empty(len(self._learned))
        for rows in _blocks(len(self._learned)):
            places = self._learned[rows]
            missed = targets[places] - weights @ self._expanded(places, np.float64)
            said[rows] = targets[places] - missed / np.maximum(1 - self._leverage[rows], _LEAST_LEFT)
        return said

    def _expanded(self, places: np.ndarray, kind: type[np.floating]) -> Float[np.ndarray, "feature row"]:
        # A feature in a row: products of whole rows take a fifth of the time.
        directions = self._features.shape[1]
        expanded = np.empty((self._width, len(places)), kind)
        np.divide(self._features[places].T, self._spread[:, None], out=expanded[:directions], casting="same_kind")
        near = np.clip(expanded[: min(_SQUARED, directions)], -_FARTHEST, _FARTHEST)
        start = directions
        for first in range(len(near)):
            stop = start + len(near) - first
            np.multiply(near[first], near[first:], out=expanded[start:stop])
            start = stop
        expanded[start] = 1
        return expanded


def _spread(features: Float[np.ndarray, "sample direction"]) -> Float[np.ndarray, "_"]:
    """The standard deviations, a part of the samples at a time: all in 64 bits were the most memory of a million's."""
    blocks = list(blocks_of_rows(*features.shape))
    mean = sum(features[rows].sum(axis=0, dtype=np.float64) for rows in blocks) / len(features)
    squares = sum(np.square(features[rows] - mean).sum(axis=0) for rows in blocks)
    return np.sqrt(squares / len(features))


def _blocks(samples: int) -> list[slice]:
    return [slice(start, start + _AT_ONCE) for start in range(0, samples, _AT_ONCE)]


def _products(directions: int) -> int:
    squared = min(_SQUARED, directions)
    return squared * (squared + 1) // 2
