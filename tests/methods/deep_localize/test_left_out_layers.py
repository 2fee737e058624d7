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


def hardly_open(*, places=(0, 2)):
    """A network whose last layer lets next to nothing through, and the parameters of the layers at ``places``."""
    model = network()
    with torch.no_grad():
        model[4].weight.mul_(1e-3)
    return model, parameters_of(model, *places)


def test_a_last_layer_in_no_group_is_named_where_the_model_does_not_learn():
    model, held = hardly_open()
    found = diagnose(model, optimizer=SGD(held, lr=0.01), steps=200).findings
    cause = next(one for one in found if one.rule == "optimizer.left_out")
    assert (cause.place, cause.phase, cause.severity) == ("optimizer", "update", "warning")
    assert "2 parameters" in cause.sentence and "those of 4 stay" in cause.sentence


def test_all_parameters_that_are_left_out_are_counted_and_their_layers_named():
    model = network()
    with torch.no_grad():
        model[4].weight.mul_(1e-3)
    biases = [one for name, one in model.named_parameters() if name.endswith("bias")]
    found = diagnose(model, optimizer=SGD(biases, lr=0.001), steps=200).findings
    said = next(one for one in found if one.rule == "optimizer.left_out").sentence
    assert said.startswith("3 parameters") and "those of 0, 2, 4 stay" in said


def test_a_model_that_learns_without_some_of_its_layers_is_healthy():
    model = network()
    assert not diagnose(model, optimizer=Adam(parameters_of(model, 0, 2), lr=0.01), steps=200).findings


def test_layers_that_join_the_optimizer_later_are_not_left_out():
    model, held = hardly_open()
    inputs, labels = blobs()
    optimizer = SGD(held, lr=1e-4)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=60)
    optimizer.add_param_group({"params": list(model[4].parameters())})
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=160)
    assert "optimizer.left_out" not in rules_of(monitor.close())


def test_layers_that_follow_others_by_hand_are_not_left_out():
    model, held = hardly_open()
    optimizer = SGD(held, lr=1e-4)

    inputs, labels = blobs()
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    for step in range(200):
        rows = slice(32 * step % 320, 32 * step % 320 + 32)
        optimizer.zero_grad()
        F.cross_entropy(model(inputs[rows]), labels[rows]).backward()
        optimizer.step()
        with torch.no_grad():
            for one in model[4].parameters():
                one.lerp_(torch.zeros_like(one), 1e-3)
    assert "optimizer.left_out" not in rules_of(monitor.close())


def test_layers_that_are_frozen_are_left_out_on_purpose():
    model, held = hardly_open()
    model[4].requires_grad_(False)
    assert "optimizer.left_out" not in rules_of(diagnose(model, optimizer=SGD(held, lr=0.01), steps=200))


def test_a_readout_on_random_features_is_healthy():
    model = network()
    assert not diagnose(model, optimizer=Adam(parameters_of(model, 4), lr=0.05), steps=200).findings


def test_a_layer_that_is_put_before_trained_ones_is_healthy():
    model, (inputs, labels) = network(), blobs()
    train(model, Adam(model.parameters(), lr=0.01), F.cross_entropy, inputs, labels)
    model.zero_grad()
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
        # A model made anew: the place to mend is where the optimizer is made, and the sentence names the first layer.
        assert (found.cause.severity, found.cause.place) == ("error", "optimizer")
        assert "from 0 on" in found.cause.sentence


def test_one_layer_that_is_replaced_in_the_midst_of_training_is_named():
    model, (inputs, labels) = network(), blobs()
    optimizer = Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=45)
    model[2] = nn.Linear(32, 32)
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=60)
    found = next(one for one in monitor.close().findings if one.rule == "optimizer.replaced_part")
    assert (found.place, found.severity) == ("2", "error")


def test_a_parameter_of_no_module_beside_the_model_does_not_hide_what_is_left_out():
    model, held = hardly_open()
    scale = nn.Parameter(torch.ones(()))
    found = diagnose(
        model,
        lambda output, labels: F.cross_entropy(scale * output, labels),
        SGD([*held, scale], lr=0.01),
        steps=200,
    ).findings
    assert "optimizer.left_out" in [one.rule for one in found]
