import copy

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.purify.changes import CleanedLabels
from faultloc.purify.retraining import retrain
from faultloc.retraining.trained_copy import HeldOut
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import train_network

RECIPE = TrainingRecipe("SGD", epochs=4, batch_size=8, optimizer_options={"lr": 0.5})


def blobs(samples: int, seed: int) -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, samples)
    return torch.from_numpy((rng.normal(size=(samples, 4)) + 3 * np.eye(4)[labels]).astype(np.float32)), labels


INPUTS, TRUE_LABELS = blobs(90, 0)
# Class 0 is called 1 all over: a model that learns this is wrong about it.
LABELS = np.where(TRUE_LABELS == 0, 1, TRUE_LABELS)
REPAIRED = CleanedLabels(np.arange(90), TRUE_LABELS)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def retrained(network: nn.Module, cleaned: CleanedLabels = REPAIRED, *, held_out: HeldOut | None = None):
    return retrain(network, INPUTS, LABELS, cleaned, RECIPE, torch_generator(0, "t"), held_out=held_out, batch_size=32)


def test_the_repaired_set_gives_the_better_model_and_both_are_judged(network):
    accuracy = retrained(network, held_out=HeldOut(*blobs(60, 1))).accuracy
    assert accuracy.uncleaned < 0.75 < 0.9 < accuracy.cleaned
    assert 0 <= accuracy.before <= 1


def test_the_model_that_was_given_stays_as_it_is(network):
    before = copy.deepcopy(network.state_dict())
    result = retrained(network)
    assert all(torch.equal(before[name], weight) for name, weight in network.state_dict().items())
    assert not torch.equal(result.network.weight, network.weight)
    assert not result.network.training


def test_it_is_the_training_on_the_kept_samples_with_the_new_labels(network):
    kept = np.arange(0, 90, 2)
    expected = copy.deepcopy(network)
    train_network(expected, INPUTS, TRUE_LABELS, kept, RECIPE, torch_generator(0, "t"))
    assert torch.equal(retrained(network, CleanedLabels(kept, TRUE_LABELS)).network.weight, expected.weight)


def test_a_cleaning_that_changes_nothing_changes_no_accuracy(network):
    accuracy = retrained(network, CleanedLabels(np.arange(90), LABELS), held_out=HeldOut(*blobs(60, 1))).accuracy
    assert accuracy.cleaned == accuracy.uncleaned


def test_both_sets_get_the_same_number_of_steps(network, monkeypatch):
    steps = []
    step = torch.optim.SGD.step

    def counted(self, *arguments):
        steps.append(self)
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.SGD, "step", counted)
    kept = np.arange(50)  # 7 steps an epoch, where the whole set has 12
    result = retrained(network, CleanedLabels(kept, TRUE_LABELS), held_out=HeldOut(*blobs(60, 1)))
    by_optimizer = {id(optimizer): steps.count(optimizer) for optimizer in steps}
    assert list(by_optimizer.values()) == [28, 28]
    assert result.steps == 28


def test_without_held_out_samples_there_is_a_model_and_no_accuracy(network):
    result = retrained(network)
    assert result.accuracy is None
    assert result.steps == 48


def test_the_same_generator_gives_the_same_model(network):
    assert torch.equal(retrained(network).network.weight, retrained(network).network.weight)
