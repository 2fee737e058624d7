import copy

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import ConfigError, DataError
from faultloc.retraining.trained_copy import HeldOut, TrainingSamples, measure, recipe_of_steps, train_copy
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network

RECIPE = TrainingRecipe("SGD", epochs=3, batch_size=8, optimizer_options={"lr": 0.1})
RNG = np.random.default_rng(0)
INPUTS, LABELS = torch.from_numpy(RNG.normal(size=(40, 4)).astype(np.float32)), RNG.integers(0, 3, 40)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def trained(network, kept, weights=None, most_steps=None) -> nn.Module:
    samples = TrainingSamples(INPUTS, LABELS, np.array(kept), weights)
    return train_copy(network, samples, RECIPE, torch_generator(0, "t"), most_steps=most_steps)


def test_a_copy_is_trained_and_the_network_stays_as_it_is(network):
    expected, before = copy.deepcopy(network), copy.deepcopy(network)
    kept = np.array([3, 3, 3, 7, 1, 20, 20])
    train_network(expected, INPUTS, LABELS, kept, RECIPE, torch_generator(0, "t"))
    result = trained(network, kept)
    assert torch.equal(result.weight, expected.weight)
    assert torch.equal(network.weight, before.weight)
    assert network.training
    assert not result.training


def test_weights_on_another_scale_are_the_same_weights(network):
    weights = RNG.random(40)
    first, second = trained(network, range(40), weights), trained(network, range(40), 1024 * weights)
    assert torch.equal(first.weight, second.weight)


def test_what_is_not_trained_on_has_no_say_in_the_scale(network):
    weights = np.ones(40)
    weights[20:] = 1000.0
    assert torch.allclose(trained(network, range(20), weights).weight, trained(network, range(20)).weight, atol=1e-6)


def test_a_weight_of_two_is_as_two_copies_where_a_step_sees_all(network):
    recipe = TrainingRecipe("SGD", epochs=5, batch_size=64, optimizer_options={"lr": 0.1})
    twice = TrainingSamples(INPUTS, LABELS, np.array([0, 1, 2, 3, 3]))
    weights = np.ones(40)
    weights[3] = 2.0
    weighted = TrainingSamples(INPUTS, LABELS, np.array([0, 1, 2, 3]), weights)
    copies, once = (train_copy(network, samples, recipe, torch_generator(0, "t")) for samples in (twice, weighted))
    assert torch.allclose(copies.weight, once.weight, atol=1e-6)


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(DataError, match="no samples to train on"):
        TrainingSamples(INPUTS, LABELS, np.arange(0))


@pytest.mark.parametrize(("samples", "steps", "epochs"), [(40, 15, 3), (40, 16, 4), (8, 5, 5), (7, 1, 1), (17, 4, 2)])
def test_the_recipe_of_a_number_of_steps_has_epochs_enough(samples, steps, epochs):
    assert recipe_of_steps(RECIPE, samples, steps).epochs == epochs


def test_a_schedule_is_refused():
    scheduled = TrainingRecipe("SGD", 3, 8, {"lr": 0.1}, "MultiStepLR", {"milestones": [1]})
    with pytest.raises(ConfigError, match="schedule MultiStepLR.*expected a constant learning rate"):
        recipe_of_steps(scheduled, 40, 10)


def test_the_measure_is_the_accuracy_and_of_targets_the_squared_error(network):
    with torch.no_grad():
        outputs = network(INPUTS).numpy()
    assert measure(network, HeldOut(INPUTS, LABELS), batch_size=7) == np.mean(outputs.argmax(1) == LABELS)
    targets = np.zeros((40, 3), np.float32)
    assert measure(network, HeldOut(INPUTS, targets), batch_size=7) == pytest.approx(np.mean(outputs**2.0))
