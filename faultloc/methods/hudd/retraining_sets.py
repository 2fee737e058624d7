"""From bags to what a network is trained on: all of its training samples, and the bag beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor

from faultloc.errors import DataError
from faultloc.methods.hudd import streams
from faultloc.methods.hudd.assignment import UnsafeSet
from faultloc.methods.hudd.bagging import Bag, LabellingRound, draw_images, fill_bag
from faultloc.retraining.runs import RunPlan
from faultloc.retraining.trained_copy import TrainingSamples
from faultloc.subject.dataset import Given
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import steps_of


@dataclass(frozen=True)
class ImprovementImages:
    """The improvement set as it is before anybody labels it: names, how unsure the model is, whether it is wrong."""

    unsafe: UnsafeSet
    uncertainty: Float[np.ndarray, "image"]
    is_wrong: Bool[np.ndarray, "image"]
    sample_ids: Shaped[np.ndarray, "image"]

    def labelling_round(self, seed: int, run: int) -> LabellingRound:
        """What every mode of a run chooses from: the same random draw for all."""
        drawn = draw_images(self.sample_ids, len(self.unsafe), streams.drawn_images(seed, run))
        return LabellingRound(self.unsafe, drawn, self.uncertainty, self.is_wrong, self.sample_ids)


@dataclass(frozen=True)
class RetrainingPool:
    """The training samples and after them, in the same tensor on the network's device, the improvement images."""

    inputs: Shaped[Tensor, "sample ..."]
    labels: Given
    training_samples: int

    def with_bag(self, bag: Bag) -> TrainingSamples:
        """All training samples and the bag; weights only where the bag has others than 1.

        Raises:
            DataError: a bag with weights has an image twice.
        """
        kept = np.concatenate([np.arange(self.training_samples), self.training_samples + bag.images])
        if (bag.weights == 1).all():
            return TrainingSamples(self.inputs, self.labels, kept)
        if len(np.unique(bag.images)) < len(bag.images):
            raise DataError(
                "a bag repeats images and weighs them as well; expected copies that count 1, or each image once with "
                "its weight"
            )
        weights = np.ones(len(self.labels))
        weights[self.training_samples + bag.images] = bag.weights
        return TrainingSamples(self.inputs, self.labels, kept, weights)


def join_sets(
    training: Shaped[Tensor, "sample ..."],
    training_labels: Given,
    improvement: Shaped[Tensor, "image ..."],
    improvement_labels: Shaped[np.ndarray, "image ..."],
) -> RetrainingPool:
    """Both sets in one, copied once for all runs."""
    return RetrainingPool(
        torch.cat([training, improvement]), np.concatenate([training_labels, improvement_labels]), len(training)
    )


def steps_of_all(pool: RetrainingPool, unsafe: UnsafeSet, recipe: TrainingRecipe) -> int:
    """How many steps each mode's training takes: those of the epochs of ``recipe`` on a full bag."""
    _, sizes = np.unique(unsafe.clusters, return_counts=True)
    return steps_of(pool.training_samples + int(len(sizes) * sizes.max()), recipe)


def plan_runs(
    pool: RetrainingPool,
    images: ImprovementImages,
    modes: Sequence[str],
    *,
    runs: int,
    seed: int,
    on_bag: Callable[[str, int, Bag], object] = lambda mode, run, bag: None,
) -> Iterator[RunPlan]:
    """What is to be trained: every mode of a run, then the next run. ``on_bag`` sees what each has labelled.

    A mode or a run more changes none of the others.

    Raises:
        ConfigError: there is no mode of that name.
        DataError: a mode that keeps misclassified images finds none.
    """
    for run in range(runs):
        labelling = images.labelling_round(seed, run)
        for mode in modes:
            bag = fill_bag(mode, labelling, streams.resampled_images(seed, mode, run))
            on_bag(mode, run, bag)
            yield RunPlan(mode, run, pool.with_bag(bag), streams.training(seed, mode, run))
