"""A copy of a network, trained on with chosen samples for a number of steps, and judged on held-out ones."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from faultloc.errors import ConfigError, DataError
from faultloc.probes.predictions import predict_logits
from faultloc.subject.dataset import Given
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.task import task_of
from faultloc.subject.training import EpochRecord, steps_of, train_network


@dataclass(frozen=True)
class HeldOut:
    """Samples that took no part in the training: inputs on the network's device, labels that are trusted."""

    inputs: Shaped[Tensor, "test ..."]
    labels: Given


@dataclass(frozen=True)
class TrainingSamples:
    """What a network is trained on: inputs on its device, their labels, and which of them, with repetitions.

    ``weights``, one for each of ``inputs``, say how much a sample counts; None where all count the same. Only how they
    compare matters: they are scaled so that those of ``kept`` have a mean of 1.
    """

    inputs: Shaped[Tensor, "sample ..."]
    labels: Given
    kept: Int[np.ndarray, "kept"]
    weights: Float[np.ndarray, "sample"] | None = None

    def __post_init__(self) -> None:
        if not len(self.kept):
            raise DataError("there are no samples to train on; expected one at least")

    @property
    def scaled_weights(self) -> Float[np.ndarray, "sample"] | None:
        """The weights with a mean of 1 over ``kept``, so that the learning rate means what it does without them."""
        if self.weights is None:
            return None
        return (self.weights / self.weights[self.kept].mean()).astype(np.float32)


def train_copy(
    network: nn.Module,
    samples: TrainingSamples,
    recipe: TrainingRecipe,
    generator: torch.Generator,
    *,
    most_steps: int | None = None,
    on_epoch: Callable[[EpochRecord], object] = lambda record: None,
) -> nn.Module:
    """A copy of ``network``, trained on for the epochs of ``recipe`` or until ``most_steps``; in evaluation mode.

    ``network`` stays as it is, and so do its device and all that it does not train.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    trained = copy.deepcopy(network)
    train_network(
        trained,
        samples.inputs,
        samples.labels,
        samples.kept,
        recipe,
        generator,
        most_steps=most_steps,
        weights=samples.scaled_weights,
        on_epoch=on_epoch,
    )
    return trained.eval()


def recipe_of_steps(recipe: TrainingRecipe, samples: int, steps: int) -> TrainingRecipe:
    """``recipe`` with the epochs that ``steps`` steps on so many samples take, the last of them begun perhaps.

    Raises:
        ConfigError: the recipe has a schedule, which sets of different sizes would pass at different paces.
    """
    if recipe.scheduler is not None:
        raise ConfigError(
            f"the recipe has the schedule {recipe.scheduler}, and sets of different sizes reach its epochs after "
            "different numbers of steps; expected a constant learning rate, as that of TrainingRecipe.for_fine_tuning"
        )
    return replace(recipe, epochs=max(1, math.ceil(steps / steps_of(samples, replace(recipe, epochs=1)))))


def measure(network: nn.Module, held_out: HeldOut, *, batch_size: int) -> float:
    """The accuracy on the held-out samples, in [0, 1]; of a regression the mean squared error, less is better."""
    outputs = predict_logits(network, held_out.inputs, batch_size=batch_size)
    return task_of(held_out.labels).measure(outputs, held_out.labels)
