from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from faultloc.errors import TrainingError
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.training import steps_of, train_network

RECIPE = TrainingRecipe("SGD", epochs=3, batch_size=8, optimizer_options={"lr": 0.05, "momentum": 0.9})


def blobs(samples: int = 65) -> tuple[torch.Tensor, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, samples)
    return torch.from_numpy((rng.normal(size=(samples, 4)) + 3 * np.eye(4)[labels]).astype(np.float32)), labels


def trained(network: nn.Module, recipe: TrainingRecipe = RECIPE, kept: np.ndarray | None = None):
    inputs, labels = blobs()
    kept = np.arange(len(labels)) if kept is None else kept
    return train_network(network, inputs, labels, kept, recipe, torch_generator(0, "t"))


def linear() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def test_training_follows_the_plain_loop_step_by_step():
    network, expected = linear(), linear()
    trained(network)
    inputs, labels = blobs()
    generator = torch_generator(0, "t")
    torch.randint(0, 2**62, (1,), generator=generator)  # the seed of dropout and the like is drawn first
    optimizer = torch.optim.SGD(expected.parameters(), lr=0.05, momentum=0.9)
    for _ in range(3):
        batches = list(torch.randperm(65, generator=generator).split(8))
        batches[-2:] = [torch.cat(batches[-2:])]  # 65 = 8 * 8 + 1: the one left over joins the batch before
        for batch in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(expected(inputs[batch]), torch.from_numpy(labels)[batch]).backward()
            optimizer.step()
    assert torch.allclose(network.weight, expected.weight, atol=1e-6)


def test_records_hold_the_mean_loss_and_the_accuracy_of_each_epoch():
    records = trained(linear())
    assert [record.epoch for record in records] == [1, 2, 3]
    assert records[-1].loss < records[0].loss
    assert 0 <= records[0].accuracy <= records[-1].accuracy <= 1


def test_samples_that_are_not_kept_have_no_influence():
    inputs, labels = blobs()
    kept = np.arange(0, 65, 2)
    first, second = linear(), linear()
    train_network(first, inputs, labels, kept, RECIPE, torch_generator(0, "t"))
    spoiled = inputs.clone()
    spoiled[1::2] = 1e6
    train_network(second, spoiled, (labels + np.arange(65) % 2) % 3, kept, RECIPE, torch_generator(0, "t"))
    assert torch.equal(first.weight, second.weight)


def test_dropout_is_reproducible():
    first, second = (nn.Sequential(linear(), nn.Dropout(0.5)) for _ in range(2))
    trained(first)
    torch.rand(5)
    trained(second)
    assert torch.equal(first[0].weight, second[0].weight)


def test_a_batch_of_one_does_not_stop_batch_normalisation():
    trained(nn.Sequential(linear(), nn.BatchNorm1d(3)))


def test_the_running_statistics_of_frozen_layers_stay():
    network = nn.Sequential(nn.BatchNorm1d(4), linear())
    network[0].requires_grad_(False)
    trained(network)
    assert torch.equal(network[0].running_mean, torch.zeros(4))


def test_the_schedule_is_followed():
    recipe = TrainingRecipe("SGD", 3, 8, {"lr": 0.05}, "MultiStepLR", {"milestones": [1], "gamma": 0.0})
    stopped, one_epoch = linear(), linear()
    trained(stopped, recipe)
    trained(one_epoch, TrainingRecipe("SGD", 1, 8, {"lr": 0.05}))
    assert torch.allclose(stopped.weight, one_epoch.weight)


def test_a_loss_that_is_no_number_is_an_error_with_the_way_out():
    with pytest.raises(TrainingError, match=r"loss is (nan|inf) in epoch \d+.*lower the learning rate"):
        trained(nn.Sequential(linear(), nn.Linear(3, 3)), TrainingRecipe("SGD", 3, 8, {"lr": 1e20}))


@pytest.mark.parametrize(("steps", "epochs"), [(0, 0), (8, 1), (11, 2), (24, 3), (100, 3)])
def test_after_the_most_steps_it_ends_also_in_the_midst_of_an_epoch(steps, epochs):
    inputs, labels = blobs(64)
    generator = torch_generator(0, "t")
    records = train_network(linear(), inputs, labels, np.arange(64), RECIPE, generator, most_steps=steps)
    assert len(records) == epochs


def test_the_steps_before_the_last_are_those_of_a_training_that_goes_on():
    inputs, labels = blobs(64)
    cut, once = linear(), linear()
    train_network(cut, inputs, labels, np.arange(64), RECIPE, torch_generator(0, "t"), most_steps=8)
    train_network(once, inputs, labels, np.arange(64), replace(RECIPE, epochs=1), torch_generator(0, "t"))
    assert torch.equal(cut.weight, once.weight)


@pytest.mark.parametrize(("samples", "steps"), [(64, 24), (65, 24), (66, 27), (3, 3)])
def test_the_number_of_steps_is_known_beforehand(samples, steps, monkeypatch):
    taken = []
    step = torch.optim.SGD.step
    monkeypatch.setattr(torch.optim.SGD, "step", lambda self: (taken.append(1), step(self)))
    inputs, labels = blobs(samples)
    train_network(linear(), inputs, labels, np.arange(samples), RECIPE, torch_generator(0, "t"))
    assert steps_of(samples, RECIPE) == steps == len(taken)


def test_a_watched_training_gives_the_same_bits():
    plain, watched = (nn.Sequential(linear(), nn.Dropout(0.5), nn.Linear(3, 3)) for _ in range(2))
    watched.load_state_dict(plain.state_dict())
    inputs, labels = blobs()
    monitors = []

    def watch(network: nn.Module, optimizer: torch.optim.Optimizer) -> TrainingMonitor:
        monitors.append(TrainingMonitor(network, optimizer, every=1, on_finding=lambda finding: None))
        return monitors[0]

    first = train_network(plain, inputs, labels, np.arange(65), RECIPE, torch_generator(0, "t"))
    second = train_network(watched, inputs, labels, np.arange(65), RECIPE, torch_generator(0, "t"), watched=watch)
    assert monitors[0].diagnosis().steps == 24
    assert first == second
    assert all(torch.equal(left, right) for left, right in zip(plain.parameters(), watched.parameters(), strict=True))


def test_another_loss_takes_the_place_of_the_tasks_own():
    inputs, labels = blobs()
    halved, gentle = linear(), linear()
    train_network(
        halved, inputs, labels, np.arange(65), RECIPE, torch_generator(0, "t"),
        batch_loss=lambda outputs, given: nn.functional.cross_entropy(outputs, given) / 2,
    )  # fmt: skip
    half = replace(RECIPE, optimizer_options={**RECIPE.optimizer_options, "lr": 0.025})
    train_network(gentle, inputs, labels, np.arange(65), half, torch_generator(0, "t"))
    assert torch.allclose(halved.weight, gentle.weight, atol=1e-6)


def test_weights_are_the_plain_loop_with_each_loss_times_its_weight():
    network, expected = linear(), linear()
    inputs, labels = blobs(64)
    weights = np.random.default_rng(1).random(64).astype(np.float32)
    train_network(network, inputs, labels, np.arange(64), RECIPE, torch_generator(0, "t"), weights=weights)
    generator = torch_generator(0, "t")
    torch.randint(0, 2**62, (1,), generator=generator)
    optimizer = torch.optim.SGD(expected.parameters(), lr=0.05, momentum=0.9)
    for _ in range(3):
        for batch in torch.randperm(64, generator=generator).split(8):
            losses = []
            for place in batch.tolist():
                loss = nn.functional.cross_entropy(expected(inputs[place]), torch.tensor(labels[place]))
                losses.append(weights[place] * loss)
            optimizer.zero_grad()
            (sum(losses) / 8).backward()
            optimizer.step()
    assert torch.allclose(network.weight, expected.weight, atol=1e-6)


@pytest.mark.parametrize("targets", [False, True])
def test_weights_of_one_are_no_weights(targets):
    inputs, labels = blobs()
    given = np.eye(3, dtype=np.float32)[labels] if targets else labels
    plain, weighted = linear(), linear()
    train_network(plain, inputs, given, np.arange(65), RECIPE, torch_generator(0, "t"))
    ones = np.ones(65, np.float32)
    train_network(weighted, inputs, given, np.arange(65), RECIPE, torch_generator(0, "t"), weights=ones)
    assert torch.allclose(plain.weight, weighted.weight, atol=1e-6)
