"""Planting one known fault into a training that is taken to be sound."""

import copy
from dataclasses import replace

import numpy as np
from torch.nn import functional as F

from faultloc.errors import ConfigError
from faultloc.faults.training.data_faults import unscaled, with_missing_values
from faultloc.faults.training.network_faults import last_layer, with_dead_units, with_softmax, with_zero_weights
from faultloc.faults.training.recipe_faults import ForAnotherCopy, WithoutZeroGrad, with_rate_times
from faultloc.faults.training.settings import TrainingFaultSettings
from faultloc.faults.training.setup import FaultyTraining, TrainingSetup

_LOSS_OR_LAST_LAYER = frozenset({"forward", "loss"})


def plant_training_fault(
    setup: TrainingSetup, settings: TrainingFaultSettings, rng: np.random.Generator
) -> FaultyTraining:
    """``setup`` with the fault of ``settings`` and its place; ``setup`` itself, its network too, stays as it is.

    Same generator state, same fault.

    Raises:
        ConfigError: the network or the data set cannot have this fault.
    """
    network, recipe = setup.network, setup.recipe
    match settings.kind:
        case "none":
            return FaultyTraining(replace(setup, network=copy.deepcopy(network)))
        case "wrong_activation":
            return _planted(
                replace(setup, network=with_softmax(network)), {last_layer(network), "loss"}, _LOSS_OR_LAST_LAYER
            )
        case "wrong_loss":
            return _planted(_with_likelihood_of_logits(setup), {last_layer(network), "loss"}, _LOSS_OR_LAST_LAYER)
        case "learning_rate_too_high" | "learning_rate_too_low":
            assert settings.factor is not None
            return _planted(replace(setup, recipe=with_rate_times(recipe, settings.factor)), {"optimizer"}, {"update"})
        case "missing_zero_grad":
            return _planted(replace(setup, recipe=WithoutZeroGrad(**vars(recipe))), {"optimizer"}, {"update"})
        case "other_parameters":
            return _planted(replace(setup, recipe=ForAnotherCopy(**vars(recipe))), {"optimizer"}, {"update"})
        case "no_scaling":
            return _planted(replace(setup, inputs=unscaled(setup.inputs)), {"input"}, {"input"})
        case "nan_input":
            return _planted(replace(setup, inputs=with_missing_values(setup.inputs)), {"input"}, {"input"})
        case "shuffled_labels":
            return _planted(replace(setup, given=setup.given[rng.permutation(len(setup.given))]), {"labels"}, {"input"})
        case "dead_units":
            changed, places = with_dead_units(network)
            return _planted(replace(setup, network=changed), places, {"forward"})
        case "zero_weights":
            changed, places = with_zero_weights(network)
            return _planted(replace(setup, network=changed), places, {"forward"})
    raise ConfigError(f"deep_localize.fault.kind={settings.kind} plants nothing")


def _planted(
    setup: TrainingSetup, places: set[str] | frozenset[str], phases: set[str] | frozenset[str]
) -> FaultyTraining:
    return FaultyTraining(replace(setup, network=copy.deepcopy(setup.network)), frozenset(places), frozenset(phases))


def _with_likelihood_of_logits(setup: TrainingSetup) -> TrainingSetup:
    if setup.given.ndim > 1:
        raise ConfigError(
            "deep_localize.fault.kind is 'wrong_loss', which takes raw outputs for logarithms of class probabilities, "
            "and the data set has targets instead of classes; choose another fault or data set"
        )
    return replace(setup, batch_loss=F.nll_loss)
