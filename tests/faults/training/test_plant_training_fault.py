"""Each fault is planted where it says, and the training it was planted into stays as it was."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from faultloc.errors import ConfigError
from faultloc.faults.training.plant import plant_training_fault
from faultloc.faults.training.settings import TRAINING_FAULT_KINDS, TrainingFaultSettings
from faultloc.faults.training.setup import FaultyTraining, TrainingSetup
from faultloc.subject.recipe import TrainingRecipe

RECIPE = TrainingRecipe("SGD", epochs=2, batch_size=8, optimizer_options={"lr": 0.1})
LABELS = np.arange(40) % 4


def small_network(activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(9, 6), activation(), nn.Linear(6, 4))


def sound(
    network: nn.Module | None = None,
    inputs: torch.Tensor | None = None,
    given: np.ndarray = LABELS,
    recipe: TrainingRecipe = RECIPE,
) -> TrainingSetup:
    pixels = torch.randint(0, 256, (40, 1, 3, 3), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    network = small_network() if network is None else network
    return TrainingSetup(network, pixels if inputs is None else inputs, given, recipe, F.cross_entropy)


def planted(kind: str, setup: TrainingSetup, factor: float | None = None) -> FaultyTraining:
    factor = 10 if factor is None and kind.startswith("learning_rate") else factor
    return plant_training_fault(setup, TrainingFaultSettings(kind, factor), np.random.default_rng(0))


@pytest.mark.parametrize("kind", TRAINING_FAULT_KINDS)
def test_what_is_planted_into_stays_as_it_was(kind):
    setup = sound()
    weights = {name: values.clone() for name, values in setup.network.state_dict().items()}
    pixels, labels = setup.inputs.clone(), setup.given.copy()

    faulty = planted(kind, setup)

    assert faulty.setup.network is not setup.network
    assert all(torch.equal(values, weights[name]) for name, values in setup.network.state_dict().items())
    assert torch.equal(setup.inputs, pixels)
    assert np.array_equal(setup.given, labels)
    outputs = setup.network(pixels.float())
    assert not torch.allclose(outputs.sum(1), torch.ones(40))  # no softmax hook either


@pytest.mark.parametrize("kind", [kind for kind in TRAINING_FAULT_KINDS if kind != "none"])
def test_every_fault_has_a_place_and_a_phase(kind):
    faulty = planted(kind, sound())
    names = {name for name, _ in small_network().named_modules()}
    assert faulty.places
    assert faulty.places <= names | {"input", "labels", "loss", "optimizer"}
    assert faulty.phases
    assert faulty.phases <= {"input", "forward", "loss", "backward", "update"}


def test_nothing_planted_is_nowhere():
    faulty = planted("none", sound())
    assert not faulty.is_at("fc", "forward")
    assert not faulty.places


def test_the_wrong_activation_gives_rows_that_sum_to_one():
    outputs = planted("wrong_activation", sound()).setup.network(torch.rand(5, 1, 3, 3))
    assert torch.allclose(outputs.sum(1), torch.ones(5))


def test_the_wrong_loss_is_the_likelihood_of_raw_outputs():
    loss = planted("wrong_loss", sound()).setup.batch_loss
    assert float(loss(torch.tensor([[3.0, 1.0]]), torch.tensor([1]))) == -1


def test_the_learning_rate_is_multiplied():
    assert planted("learning_rate_too_high", sound(), 1000).setup.recipe.optimizer_options["lr"] == pytest.approx(100)


def test_a_recipe_without_a_learning_rate_takes_the_optimizers_own():
    setup = sound(recipe=TrainingRecipe("Adam", epochs=1, batch_size=8))
    recipe = planted("learning_rate_too_low", setup, 0.5).setup.recipe
    assert recipe.optimizer_options["lr"] == pytest.approx(0.0005)


def test_unscaled_pixels_reach_the_network_as_they_are():
    setup = sound()
    assert torch.equal(planted("no_scaling", setup).setup.inputs, setup.inputs.float())


def test_every_twentieth_sample_lacks_a_value():
    inputs = planted("nan_input", sound()).setup.inputs
    assert torch.isnan(inputs).flatten(1).any(1).nonzero().flatten().tolist() == [0, 20]
    assert int(torch.isnan(inputs).sum()) == 2


def test_shuffled_labels_are_the_same_labels_in_another_order():
    given = planted("shuffled_labels", sound()).setup.given
    assert np.array_equal(np.sort(given), np.sort(LABELS))
    assert not np.array_equal(given, LABELS)


def test_without_zero_grad_gradients_add_up():
    weight = nn.Parameter(torch.ones(1))
    optimizer = planted("missing_zero_grad", sound()).setup.recipe.build_optimizer([weight])
    for _ in range(2):
        optimizer.zero_grad(set_to_none=True)
        weight.sum().backward()
    assert weight.grad.item() == 2


def test_the_optimizer_of_another_copy_moves_nothing():
    weight = nn.Parameter(torch.ones(1))
    optimizer = planted("other_parameters", sound()).setup.recipe.build_optimizer([weight])
    weight.sum().backward()
    optimizer.step()
    assert weight.item() == 1


def test_no_unit_behind_a_dead_layer_is_above_zero():
    faulty = planted("dead_units", sound())
    assert faulty.places == {"1", "2"}
    assert float(faulty.setup.network[:3](torch.rand(20, 1, 3, 3)).detach().max()) == 0


def test_the_bias_behind_a_normalisation_is_the_one_that_kills():
    network = nn.Sequential(nn.Flatten(), nn.Linear(9, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 4))
    assert planted("dead_units", sound(network)).places == {"2", "3"}


def test_zero_weights_are_those_of_every_layer():
    faulty = planted("zero_weights", sound())
    assert faulty.places == {"1", "3"}
    assert all(not parameter.any() for parameter in faulty.setup.network.parameters())


@pytest.mark.parametrize(
    ("kind", "changed", "sentence"),
    [
        ("dead_units", {"network": small_network(nn.Tanh)}, "no nn.ReLU behind a layer with a bias"),
        ("no_scaling", {"inputs": torch.rand(40, 9)}, "the inputs are real numbers; expected pixels"),
        ("nan_input", {"inputs": torch.zeros(40, 9, dtype=torch.int32)}, "the inputs are tokens"),
        ("wrong_loss", {"given": np.zeros((40, 4), np.float32)}, "the data set has targets instead of classes"),
    ],
)
def test_a_fault_that_the_subject_cannot_have_is_refused(kind, changed, sentence):
    with pytest.raises(ConfigError, match=sentence):
        planted(kind, sound(**changed))


def test_an_unknown_kind_is_answered_with_all_that_there_are():
    with pytest.raises(ConfigError, match="'wrong_optimiser'; expected one of none, wrong_activation, .*shuffled_lab"):
        TrainingFaultSettings("wrong_optimiser")


@pytest.mark.parametrize("factor", [None, 0])
def test_a_learning_rate_needs_a_factor_above_zero(factor):
    with pytest.raises(ConfigError, match="deep_localize.fault.factor is"):
        TrainingFaultSettings("learning_rate_too_high", factor)
