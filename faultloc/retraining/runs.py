"""The same retraining several times over: of each run the model, its answers and how good it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import nn

from faultloc.errors import DataError
from faultloc.probes.predictions import predict_logits
from faultloc.retraining.trained_copy import HeldOut, TrainingSamples, recipe_of_steps, train_copy
from faultloc.settings_check import check_number
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.task import task_of
from faultloc.subject.training import EpochRecord


@dataclass(frozen=True)
class RunPlan:
    """One retraining to be done: its ``name``, the how manieth of that name, its samples and its random numbers."""

    name: str
    run: int
    samples: TrainingSamples
    generator: torch.Generator


@dataclass(frozen=True)
class RetrainedRun:
    """What one retraining gave: the network, in evaluation mode, and what it says of the held-out samples.

    ``measure`` is the accuracy, in [0, 1]; of a regression the mean squared error, less is better.
    """

    name: str
    run: int
    network: nn.Module
    outputs: Float[np.ndarray, "test output"]
    measure: float


def retrain_runs(
    network: nn.Module,
    plans: Iterable[RunPlan],
    recipe: TrainingRecipe,
    held_out: HeldOut,
    *,
    steps: int,
    batch_size: int,
    on_epoch: Callable[[EpochRecord], object] = lambda record: None,
) -> Iterator[RetrainedRun]:
    """Each of ``plans`` in turn, begun from ``network`` as it is and ended after ``steps`` steps of the optimizer.

    All take as many steps, so that a set which is larger gains nothing by more training. ``recipe`` gives all but the
    number of epochs. Runs are given as they are done, so that no more than one network is held; ``batch_size`` is that
    of the predictions.

    Raises:
        ConfigError: the number of steps is not one or more, or the recipe has a schedule.
        DataError: there are no held-out samples.
        TrainingError: the loss is no longer a number.
    """
    check_number("the number of steps", steps, at_least=1, whole=True)
    if not len(held_out.labels):
        raise DataError("there are no held-out samples to judge the models by; expected a test set")
    for plan in plans:
        enough = recipe_of_steps(recipe, len(plan.samples.kept), steps)
        trained = train_copy(network, plan.samples, enough, plan.generator, most_steps=steps, on_epoch=on_epoch)
        outputs = predict_logits(trained, held_out.inputs, batch_size=batch_size)
        measure = task_of(held_out.labels).measure(outputs, held_out.labels)
        yield RetrainedRun(plan.name, plan.run, trained, outputs, measure)


@dataclass(frozen=True)
class Flips:
    """In how many runs each test sample turned from wrong to right (``improved``) or from right to wrong."""

    improved: Int[np.ndarray, "test"]
    worsened: Int[np.ndarray, "test"]
    runs: int

    def improved_in(self, clusters: Int[np.ndarray, "test"]) -> Float[np.ndarray, "cluster"]:
        """The share of each cluster's errors that were mended, the mean of all runs, in [0, 1].

        ``clusters``: the number 0..k-1 of each test sample's cluster, -1 where it is in none. NaN for an empty one.
        """
        inside = clusters >= 0
        sizes = np.bincount(clusters[inside])
        mended = np.bincount(clusters[inside], weights=self.improved[inside])
        with np.errstate(invalid="ignore"):
            return mended / (sizes * self.runs)


def count_flips(is_wrong_before: Bool[np.ndarray, "test"], is_wrong_after: Bool[np.ndarray, "run test"]) -> Flips:
    """What the runs mended and what they broke, test sample by test sample; ``is_wrong_after`` has a row a run.

    Raises:
        DataError: there are no runs.
    """
    if not len(is_wrong_after):
        raise DataError("there are no retrained models to compare with the original; expected one run at least")
    improved = (is_wrong_before & ~is_wrong_after).sum(axis=0)
    worsened = (~is_wrong_before & is_wrong_after).sum(axis=0)
    return Flips(improved, worsened, len(is_wrong_after))
