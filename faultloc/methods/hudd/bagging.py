"""Which improvement images a model is trained on, and how often each: HUDD and its baselines, an open table.

A mode of your own is one line more: ``MODES["mine"] = my_mode``, a function of a ``LabellingRound`` and a generator.
Every mode has as many images labelled as the others and gives a bag as large as theirs, so that none gains by more
labels or by more steps of training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from faultloc.errors import ConfigError, DataError
from faultloc.methods.hudd.assignment import UnsafeSet


@dataclass(frozen=True)
class LabellingRound:
    """What there is to choose from, and for how many labels.

    ``unsafe``: the images that HUDD would have labelled. ``drawn``: as many, at random. ``uncertainty``: of the model
    on every improvement image, higher is less sure. ``is_wrong``: whether the model misclassifies it; who looks at an
    entry has that image labelled. ``sample_ids``: the improvement images' names, in whose order is drawn.
    """

    unsafe: UnsafeSet
    drawn: Int[np.ndarray, "chosen"]
    uncertainty: Float[np.ndarray, "image"]
    is_wrong: Bool[np.ndarray, "image"]
    sample_ids: Shaped[np.ndarray, "image"]

    def __post_init__(self) -> None:
        if len(self.drawn) != len(self.unsafe):
            raise DataError(
                f"{len(self.unsafe)} images are to be labelled for HUDD and {len(self.drawn)} drawn at random; "
                "expected the same labelling budget for both"
            )

    @property
    def budget(self) -> int:
        """How many images each mode has labelled."""
        return len(self.unsafe)

    @property
    def bag_size(self) -> int:
        """How many images, with repetitions, each bag holds: the clusters that take part, times the largest."""
        _, sizes = np.unique(self.unsafe.clusters, return_counts=True)
        return int(len(sizes) * sizes.max())


@dataclass(frozen=True)
class Bag:
    """The improvement images to train on, by position, and those that a person had to label for it.

    ``weights``: how much each entry of ``images`` counts beside a training sample, which counts 1; they add up to the
    size of the round's bag. With copies each weight is 1.
    """

    images: Int[np.ndarray, "chosen"]
    weights: Float[np.ndarray, "chosen"]
    labelled: Int[np.ndarray, "label"]


Mode = Callable[[LabellingRound, np.random.Generator], Bag]


def hudd(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """Every cluster topped up with copies to the size of the largest, those near their cluster rather than others.

    The weight of a copy is 1 - d / sum d. Source: the authors' code of HUDD. Differs: one copy a draw, where their
    loop appends several.
    """
    unsafe, clusters = labelling.unsafe, _by_cluster(labelling)
    size = labelling.bag_size // len(clusters)
    distances = [unsafe.distances[np.searchsorted(unsafe.images, images)] for images in clusters]
    parts = [
        _topped_up(images, size, generator, _nearness(away)) for images, away in zip(clusters, distances, strict=True)
    ]
    return _copies(np.concatenate(parts), unsafe.images)


def hudd_by_size(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """The unsafe set topped up with copies of any of its images: a small cluster is copied no more than a large one."""
    unsafe = labelling.unsafe.images
    return _copies(_topped_up(_by_id(unsafe, labelling), labelling.bag_size, generator), unsafe)


def hudd_weighted(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """Every unsafe image once; all clusters count the same, by the weights of their images instead of by copies."""
    clusters = _by_cluster(labelling)
    size = labelling.bag_size / len(clusters)
    weights = [np.full(len(images), size / len(images)) for images in clusters]
    return Bag(np.concatenate(clusters), np.concatenate(weights), labelling.unsafe.images)


def hudd_failing(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """Those unsafe images that the model does get wrong, as ``bl1`` keeps those of its draw, topped up with copies."""
    return _failing(labelling.unsafe.images, "hudd_failing", "unsafe", labelling, generator)


def bl1(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """Those of the random draw that the model gets wrong, topped up with copies.

    Source: HUDD's first baseline. Differs: the authors' code takes every image for a right one, and then stops.
    """
    return _failing(labelling.drawn, "bl1", "randomly drawn", labelling, generator)


def bl2(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """All of the random draw, topped up with copies. Source: HUDD's second baseline."""
    drawn = labelling.drawn
    return _copies(_topped_up(_by_id(drawn, labelling), labelling.bag_size, generator), drawn)


def entropy(labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """The images of which the model is least sure, topped up with copies. Source: mode Entropy of HUDD's code."""
    order = np.lexsort((labelling.sample_ids, -labelling.uncertainty))
    unsure = order[: labelling.budget]
    return _copies(_topped_up(_by_id(unsure, labelling), labelling.bag_size, generator), unsure)


MODES: dict[str, Mode] = {
    "hudd": hudd,
    "hudd_by_size": hudd_by_size,
    "hudd_weighted": hudd_weighted,
    "hudd_failing": hudd_failing,
    "bl1": bl1,
    "bl2": bl2,
    "entropy": entropy,
}


def fill_bag(mode: str, labelling: LabellingRound, generator: np.random.Generator) -> Bag:
    """The bag of the mode of that name.

    Raises:
        ConfigError: there is no such mode.
        DataError: the mode keeps misclassified images, and none of its own is.
    """
    if mode not in MODES:
        raise ConfigError(f"there is no mode {mode!r} of retraining; expected one of: {', '.join(MODES)}")
    return MODES[mode](labelling, generator)


def draw_images(
    sample_ids: Shaped[np.ndarray, "image"], budget: int, generator: np.random.Generator
) -> Int[np.ndarray, "chosen"]:
    """The positions of ``budget`` of the images, each once, ascending; the order of the images does not matter.

    Raises:
        DataError: there are fewer images, or none.
    """
    if not len(sample_ids):
        raise DataError("there are no improvement images; expected some that the model was not trained on")
    if budget > len(sample_ids):
        raise DataError(
            f"{budget} improvement images are to be labelled, but there are {len(sample_ids)}; expected at least as "
            "many: lower the labelling budget, or bring more images"
        )
    by_id = np.argsort(sample_ids, kind="stable")
    return np.sort(by_id[generator.choice(len(by_id), budget, replace=False)])


def entropies(probabilities: Float[np.ndarray, "image class"]) -> Float[np.ndarray, "image"]:
    """Shannon's entropy of each row, in nats: 0 where the model is sure, at most the logarithm of the classes."""
    wide = probabilities.astype(np.float64)
    return -(wide * np.log(np.where(wide > 0, wide, 1))).sum(axis=1)


def _failing(
    labelled: Int[np.ndarray, "label"],
    mode: str,
    what: str,
    labelling: LabellingRound,
    generator: np.random.Generator,
) -> Bag:
    wrong = labelled[labelling.is_wrong[labelled]]
    if not len(wrong):
        raise DataError(
            f"the model is right about all {len(labelled)} {what} improvement images, so that {mode} has none to train "
            "on; expected a misclassified one: raise the labelling budget, bring more images, or leave this mode out"
        )
    return _copies(_topped_up(_by_id(wrong, labelling), labelling.bag_size, generator), labelled)


def _copies(images: Int[np.ndarray, "chosen"], labelled: Int[np.ndarray, "label"]) -> Bag:
    return Bag(images, np.ones(len(images)), np.sort(labelled))


def _topped_up(
    images: Int[np.ndarray, "member"],
    size: int,
    generator: np.random.Generator,
    chances: Float[np.ndarray, "member"] | None = None,
) -> Int[np.ndarray, "chosen"]:
    """Each of ``images`` once, and then copies by their ``chances`` until there are ``size``."""
    return np.concatenate([images, generator.choice(images, size - len(images), p=chances)])


def _nearness(distances: Float[np.ndarray, "member"]) -> Float[np.ndarray, "member"]:
    """1 - d / sum d, made to add up to 1; the same for all where the distances do not tell them apart."""
    total = distances.sum()
    if len(distances) == 1 or total == 0:
        return np.full(len(distances), 1 / len(distances))
    return (1 - distances / total) / (len(distances) - 1)


def _by_cluster(labelling: LabellingRound) -> list[Int[np.ndarray, "member"]]:
    """The positions of the unsafe images of each cluster that takes part, in the order of the ids."""
    unsafe = labelling.unsafe
    return [_by_id(unsafe.images[unsafe.clusters == cluster], labelling) for cluster in np.unique(unsafe.clusters)]


def _by_id(images: Int[np.ndarray, "member"], labelling: LabellingRound) -> Int[np.ndarray, "member"]:
    """So that what is drawn does not hang on the order in which the images came."""
    return images[np.argsort(labelling.sample_ids[images], kind="stable")]
