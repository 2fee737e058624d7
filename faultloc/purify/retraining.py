"""Was it worth it: the model trained on with the cleaned set, beside as many steps with the uncleaned one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from faultloc.purify.changes import CleanedLabels
from faultloc.retraining.trained_copy import HeldOut, TrainingSamples, measure, train_copy
from faultloc.subject.dataset import Given
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.training import EpochRecord, steps_of


@dataclass(frozen=True)
class HeldOutAccuracy:
    """Accuracies on the held-out samples, in [0, 1]; of a regression the mean squared errors, less is better.

    ``before``: of the model as it was. ``cleaned``, ``uncleaned``: after as many steps on the one set or the other.
    """

    before: float
    cleaned: float
    uncleaned: float


@dataclass(frozen=True)
class Retraining:
    """The network fine-tuned on the cleaned set, the optimizer's steps, the accuracy where there are held-out samples.

    ``network`` is in evaluation mode.
    """

    network: nn.Module
    steps: int
    accuracy: HeldOutAccuracy | None


def retrain(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    labels: Given,
    cleaned: CleanedLabels,
    recipe: TrainingRecipe,
    generator: torch.Generator,
    *,
    held_out: HeldOut | None,
    batch_size: int,
    on_epoch: Callable[[EpochRecord], object] = lambda record: None,
) -> Retraining:
    """A copy of ``network``, trained on with the cleaned set for the epochs of ``recipe``; ``network`` stays as it is.

    ``labels`` are those before the cleaning, ``inputs`` lie on the network's device. Where there are held-out samples,
    a second copy takes the same number of steps on the uncleaned set, with the same random numbers, so that what more
    training does to the accuracy is not taken for what the cleaning does. ``batch_size`` is that of the predictions;
    ``on_epoch`` is called after each epoch of either copy.

    Raises:
        TrainingError: the loss is no longer a number.

    Source: the retraining experiment of Yin et al. 2023, which fine-tunes on what is left of the ranking.
    Differs: the accuracies are those after the last epoch, not the best of all epochs; the comparison is beside the
    uncleaned set, not beside the model as it was.
    """
    steps = steps_of(len(cleaned.kept), recipe)
    same_numbers = torch.Generator(generator.device)
    same_numbers.set_state(generator.get_state())
    repaired = TrainingSamples(inputs, cleaned.labels, cleaned.kept)
    after = train_copy(network, repaired, recipe, generator, on_epoch=on_epoch)
    if held_out is None:
        return Retraining(after, steps, None)
    everything = TrainingSamples(inputs, labels, np.arange(len(labels)))
    beside = train_copy(network, everything, recipe, same_numbers, most_steps=steps, on_epoch=on_epoch)
    before, clean, unclean = (measure(judged, held_out, batch_size=batch_size) for judged in (network, after, beside))
    return Retraining(after, steps, HeldOutAccuracy(before, clean, unclean))
