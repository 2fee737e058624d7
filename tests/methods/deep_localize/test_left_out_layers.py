"""Layers of one model that are in no optimizer: which are forgotten, and which are left alone on purpose."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, Adam

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, blobs, diagnose, network, train


def rules_of(diagnosis):
    return [finding.rule for finding in diagnosis.findings]


def parameters_of(model, *places):
    return [one for place in places for one in model[place].parameters()]


def test_a_fresh_last_layer_behind_trained_ones_is_named_at_once():
    model = network()
    cause = diagnose(model, optimizer=Adam(parameters_of(model, 0, 2), lr=0.01), steps=20).cause
    assert (cause.rule, cause.place, cause.phase, cause.severity) == (
        "optimizer.left_out",
        "optimizer",
        "update",
        "warning",
    )
    assert "those of 4 stay" in cause.sentence


def test_a_middle_layer_that_a_group_has_lost_is_named():
    model = network()
    groups = [{"params": parameters_of(model, 0), "lr": 0.01}, {"params": parameters_of(model, 4)}]
    assert "those of 2 stay" in diagnose(model, optimizer=Adam(groups, lr=0.01), steps=20).cause.sentence


def test_layers_that_are_frozen_are_left_out_on_purpose():
    model = network()
    model[4].requires_grad_(False)
    assert "optimizer.left_out" not in rules_of(diagnose(model, optimizer=Adam(parameters_of(model, 0, 2), lr=0.01)))


def test_a_readout_on_random_features_is_healthy():
    model = network()
    assert not diagnose(model, optimizer=Adam(parameters_of(model, 4), lr=0.05), steps=200).findings


def test_a_layer_that_is_put_before_trained_ones_is_healthy():
    model, (inputs, labels) = network(), blobs()
    train(model, Adam(model.parameters(), lr=0.01), F.cross_entropy, inputs, labels)
    adapted = nn.Sequential(nn.Linear(10, 10), *model)
    assert not diagnose(adapted, optimizer=Adam(adapted[0].parameters(), lr=0.01), steps=200).findings


def rated():
    """How much each of forty users likes each of thirty things, by tastes and traits that are hidden."""
    generator = torch.Generator().manual_seed(0)
    who, what = torch.randint(0, 40, (1600,), generator=generator), torch.randint(0, 30, (1600,), generator=generator)
    tastes, traits = torch.randn(40, 4, generator=generator), torch.randn(30, 4, generator=generator)
    return torch.stack([who, what], 1), (tastes[who] * traits[what]).sum(1, keepdim=True) / 2


@pytest.mark.parametrize(("holds", "found"), [("rest", True), ("all", False)])
def test_tables_in_no_group_are_named_where_the_model_does_not_learn(holds, found):
    torch.manual_seed(0)
    model = Made(
        lambda made, pairs: made.out(F.relu(made.mix(torch.cat([made.who(pairs[:, 0]), made.what(pairs[:, 1])], 1)))),
        who=nn.Embedding(40, 4),
        what=nn.Embedding(30, 4),
        mix=nn.Linear(8, 16),
        out=nn.Linear(16, 1),
    )
    held = [*model.mix.parameters(), *model.out.parameters()] if holds == "rest" else list(model.parameters())
    for table in (model.who, model.what):
        nn.init.normal_(table.weight, std=0.05)
    diagnosis = diagnose(model, F.mse_loss, SGD(held, lr=0.05, momentum=0.9), rated(), steps=200)
    assert ("optimizer.left_out" in rules_of(diagnosis)) is found
    if found:
        assert "those of who, what stay" in diagnosis.cause.sentence


@pytest.mark.parametrize("is_renewed", [False, True])
def test_layers_that_are_replaced_in_the_midst_of_training_are_named(is_renewed):
    model, (inputs, labels) = network(), blobs()
    optimizer = Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=60)
    for place, (into, out) in {0: (10, 16), 2: (16, 16), 4: (16, 3)}.items():
        model[place] = nn.Linear(into, out)
    if is_renewed:
        optimizer = Adam(model.parameters(), lr=0.01)
        monitor.add_optimizer(optimizer)
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=60)
    found = monitor.close()
    assert ("optimizer.replaced_part" in rules_of(found)) is not is_renewed
    if not is_renewed:
        assert (found.cause.severity, found.cause.place) == ("error", "0")
