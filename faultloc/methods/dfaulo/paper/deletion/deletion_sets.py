"""The deletion sets: what each mutant is not shown."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from faultloc.errors import ConfigError
from faultloc.settings_check import check_number


@dataclass(frozen=True)
class DeletionSets:
    """For each sample, whether the mutant of the input, hidden and output layer is trained without it."""

    input: Bool[np.ndarray, "sample"]
    hidden: Bool[np.ndarray, "sample"]
    output: Bool[np.ndarray, "sample"]

    def stacked(self) -> Bool[np.ndarray, "layer sample"]:
        """The three sets in the order of ``LAYERS``."""
        return np.stack([self.input, self.hidden, self.output])


def choose_deleted(
    labels: Int[np.ndarray, "sample"],
    distances: Float[np.ndarray, "sample"],
    clusters: Int[np.ndarray, "sample"],
    losses: Float[np.ndarray, "sample"],
    *,
    ratio: float | int,
) -> Bool[np.ndarray, "layer sample"]:
    """For each layer's mutant the samples that it is not shown, in the order of ``LAYERS``.

    Raises:
        ConfigError: ``ratio`` is not between 0 and 1, or so small that no class gives a sample.
    """
    deleted = deletion_sets(labels, distances, clusters, losses, ratio=ratio).stacked()
    if not deleted[0].any():
        raise ConfigError(
            f"mutation.ratio is {ratio}, which takes no sample of a class of {np.bincount(labels).max()}; expected a "
            "ratio that takes one at least"
        )
    return deleted


def deletion_sets(
    labels: Int[np.ndarray, "sample"],
    distances: Float[np.ndarray, "sample"],
    clusters: Int[np.ndarray, "sample"],
    losses: Float[np.ndarray, "sample"],
    *,
    ratio: float,
) -> DeletionSets:
    """Per given label: the top ``ratio`` by distance, the smaller cluster, and the top ``ratio`` by loss.

    Of n samples of a label int(n * ratio) are taken, the highest first, ties in the order of the data set. Of two
    clusters of the same size it is cluster 1, as in the authors' code.

    Raises:
        ConfigError: ``ratio`` is not between 0 and 1.

    Source: Yin et al. 2023, section 3.2. The size of the hidden layer's set is not governed by the ratio.
    """
    check_number("mutation.ratio", ratio, above=0, below=1)
    return DeletionSets(
        input=_top_of_each_class(distances, labels, ratio),
        hidden=_smaller_cluster_of_each_class(clusters, labels),
        output=_top_of_each_class(losses, labels, ratio),
    )


def _top_of_each_class(
    values: Float[np.ndarray, "sample"], labels: Int[np.ndarray, "sample"], ratio: float
) -> Bool[np.ndarray, "sample"]:
    by_class_then_value = np.lexsort((-values, labels))
    sizes = np.bincount(labels)
    position = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    taken = np.repeat((sizes * ratio).astype(np.int64), sizes)
    is_top = np.zeros(len(labels), dtype=bool)
    is_top[by_class_then_value] = position < taken
    return is_top


def _smaller_cluster_of_each_class(
    clusters: Int[np.ndarray, "sample"], labels: Int[np.ndarray, "sample"]
) -> Bool[np.ndarray, "sample"]:
    size = np.bincount(labels)
    size_of_one = np.bincount(labels, weights=clusters == 1, minlength=len(size))
    smaller = np.where(size_of_one <= size - size_of_one, 1, 0)
    return clusters == smaller[labels]
