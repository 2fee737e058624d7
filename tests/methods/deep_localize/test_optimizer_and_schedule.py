"""What optimizers and schedules are set to: each fault is named for what it is, and its healthy relative is silent."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Adam, AdamW, Optimizer, lr_scheduler

from faultloc.methods.deep_localize.diagnosis import Diagnosis
from faultloc.methods.deep_localize.history import History
from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, diagnose, network


def scheduled(schedule: Callable[[Optimizer], object], *, every: int = 1, steps: int = 80) -> Diagnosis:
    """What the monitor says of a plain loop whose schedule takes a step after ``every`` steps of the optimizer."""
    model, (inputs, labels) = network(), blobs()
    optimizer = AdamW(model.parameters(), lr=0.01)
    scheduler = schedule(optimizer)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    for step in range(steps):
        start = 32 * step % len(inputs)
        optimizer.zero_grad()
        F.cross_entropy(model(inputs[start : start + 32]), labels[start : start + 32]).backward()
        optimizer.step()
        if step % every == every - 1:
            scheduler.step()
    return monitor.close()


def warm_up(steps: int) -> Callable[[Optimizer], object]:
    return lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / steps))


def test_a_warm_up_that_counts_epochs_is_named_with_its_scheduler():
    cause = scheduled(warm_up(100), every=20).cause
    assert (cause.rule, cause.place, cause.phase, cause.severity) == (
        "optimizer.rate_zero",
        "optimizer",
        "update",
        "error",
    )
    assert "LambdaLR" in cause.sentence


def test_a_warm_up_that_begins_at_0_and_rises_is_no_fault():
    assert not scheduled(warm_up(20)).findings


@pytest.mark.parametrize(
    "schedule",
    [
        lambda one: lr_scheduler.StepLR(one, 1, gamma=0.1),
        lambda one: lr_scheduler.ExponentialLR(one, 0.2),
    ],
    ids=["step", "exponential"],
)
def test_a_schedule_that_ends_training_at_once_is_named(schedule):
    cause = scheduled(schedule).cause
    assert (cause.rule, cause.place) == ("optimizer.rate_died", "optimizer")


def test_a_factor_of_0_is_named_though_something_has_been_learned_and_it_was_called_once_an_epoch():
    inputs, labels = blobs()
    model = network()
    optimizer = SGD(model.parameters(), lr=0.05)
    scheduler = lr_scheduler.StepLR(optimizer, 1, gamma=0)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda _: None).attach()
    for step in range(100):
        start = 32 * step % len(inputs)
        optimizer.zero_grad()
        F.cross_entropy(model(inputs[start : start + 32]), labels[start : start + 32]).backward()
        optimizer.step()
        if step % 10 == 9:
            scheduler.step()
    cause = monitor.close().cause
    assert monitor.history.has_learned()
    assert (cause.rule, cause.place) == ("optimizer.rate_died", "optimizer")


def test_a_cosine_that_ends_at_0_with_the_training_is_no_fault():
    assert not scheduled(lambda one: lr_scheduler.CosineAnnealingLR(one, 80)).findings


@pytest.mark.parametrize(
    "rate",
    [lambda step: 0.01, lambda step: 0.01 * min(1, (step + 1) / 8) * (1 - step / 80)],
    ids=["constant", "warm-up"],
)
def test_a_lambda_that_gives_the_rate_in_place_of_a_factor_is_named(rate):
    found = scheduled(lambda optimizer: lr_scheduler.LambdaLR(optimizer, rate)).findings
    assert found[0].rule == "optimizer.squared_rate"


@pytest.mark.parametrize(
    "factor", [lambda step: 1.0, lambda step: min(1, (step + 1) / 100), lambda step: 0.5, lambda step: 0.97**step]
)
def test_a_lambda_that_gives_a_factor_is_no_fault(factor):
    found = scheduled(lambda optimizer: lr_scheduler.LambdaLR(optimizer, factor)).findings
    assert "optimizer.squared_rate" not in [one.rule for one in found]


def test_a_schedule_that_is_never_called_is_named():
    cause = scheduled(lambda one: lr_scheduler.LinearLR(one, 1e-8, total_iters=40), every=1000).cause
    assert (cause.rule, cause.place) == ("optimizer.rate_unscheduled", "optimizer")


SETTINGS = {
    "optimizer.swapped_betas": lambda of: Adam(of.parameters(), lr=0.01, betas=(0.999, 0.9)),
    "optimizer.momentum": lambda of: SGD(of.parameters(), lr=0.01, momentum=0.999),
    "optimizer.weight_decay": lambda of: SGD(of.parameters(), lr=0.1, weight_decay=1.0),
    "optimizer.epsilon": lambda of: Adam(of.parameters(), lr=1e-4, eps=10.0),
    "optimizer.group_rates": lambda of: SGD(
        [{"params": of[:4].parameters(), "lr": 0.1}, {"params": of[4].parameters(), "lr": 1e-6}]
    ),
}
USUAL = {
    "betas of a generator": lambda of: Adam(of.parameters(), lr=0.01, betas=(0.5, 0.9)),
    "much momentum": lambda of: SGD(of.parameters(), lr=0.002, momentum=0.98, nesterov=True),
    "decay": lambda of: AdamW(of.parameters(), lr=0.01, weight_decay=0.1),
    "epsilon": lambda of: Adam(of.parameters(), lr=0.01, eps=1e-4),
    "a head that learns faster": lambda of: Adam(
        [{"params": of[:4].parameters(), "lr": 1e-3}, {"params": of[4].parameters(), "lr": 1e-2}]
    ),
    "a frozen group": lambda of: Adam(
        [{"params": of[:4].parameters(), "lr": 0.0}, {"params": of[4].parameters(), "lr": 1e-2}]
    ),
}


@pytest.mark.parametrize("rule", SETTINGS)
def test_a_setting_that_spoils_the_training_is_the_cause(rule):
    model = network()
    cause = diagnose(model, optimizer=SETTINGS[rule](model), steps=120).cause
    assert (cause.rule, cause.place, cause.phase) == (rule, "optimizer", "update")


@pytest.mark.parametrize(("decay", "is_cause"), [(5e-4, False), (0.5, True)])
def test_a_usual_decay_that_outweighs_vanished_gradients_is_not_their_cause(decay, is_cause):
    layers = [layer for _ in range(12) for layer in (nn.Linear(16, 16), nn.Sigmoid())]
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), *layers, nn.Linear(16, 3))
    found = diagnose(model, optimizer=Adam(model.parameters(), lr=0.01, weight_decay=decay), steps=150).findings
    rules = [one.rule for one in found]
    assert ("optimizer.weight_decay" in rules) == is_cause
    assert is_cause or "gradient.vanishing" in rules


@pytest.mark.parametrize("name", USUAL)
def test_a_setting_that_is_usual_is_no_fault(name):
    model = network()
    diagnosis = diagnose(model, optimizer=USUAL[name](model), steps=120)
    assert not diagnosis.findings, diagnosis.summary


def test_groups_are_named_by_their_layers():
    model = network()
    assert "group 1 (4)" in diagnose(model, optimizer=SETTINGS["optimizer.group_rates"](model), steps=5).cause.sentence


@pytest.mark.parametrize(("limit", "rule"), [(1e-4, "optimizer.clipping"), (1.0, None)])
def test_clipping_is_named_where_it_takes_every_step_away(limit, rule):
    model = network()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    optimizer.register_step_pre_hook(lambda *_: nn.utils.clip_grad_norm_(model.parameters(), limit) and None)
    cause = diagnose(model, optimizer=optimizer).cause
    assert (cause and cause.rule) == rule


@pytest.mark.parametrize(("factor", "rule"), [(1.0, "loss.penalty"), (1e-4, None)])
def test_a_penalty_is_named_where_it_outweighs_the_loss(factor, rule):
    model = network()

    def loss(outputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(outputs, labels) + factor * sum(one.square().sum() for one in model.parameters())

    cause = diagnose(model, loss, steps=100).cause
    assert (cause and cause.rule) == rule


def test_a_loss_that_is_summed_is_named_before_the_rate():
    model = network()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    cause = diagnose(model, lambda out, y: F.cross_entropy(out, y, reduction="sum"), optimizer).cause
    assert (cause.rule, cause.place) == ("loss.summed", "loss")


def test_large_initial_weights_are_named_before_the_rate():
    model, (inputs, _) = network(outputs=1), blobs()
    with torch.no_grad():
        for layer in (model[0], model[2], model[4]):
            layer.weight.mul_(30)
    cause = diagnose(model, F.mse_loss, SGD(model.parameters(), lr=0.01), (inputs, inputs[:, :1])).cause
    assert (cause.rule, cause.phase) == ("weights.scale", "forward")


def rare(outputs: int) -> tuple[nn.Sequential, tuple[Tensor, Tensor], Callable[[Tensor, Tensor], Tensor]]:
    """A network, samples of which one in eighty is positive, and the loss for so many outputs."""
    inputs = torch.randn(4000, 10, generator=torch.Generator().manual_seed(3))
    is_rare = inputs[:, 0] + inputs[:, 1] > 3.2
    model = network(outputs=outputs)
    if outputs == 1:
        return model, (inputs, is_rare[:, None].float()), F.binary_cross_entropy_with_logits
    return model, (inputs, is_rare.long()), F.cross_entropy


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_fresh_model_of_a_rare_class_has_no_large_weights(outputs):
    model, data, loss = rare(outputs)
    found = diagnose(model, loss, Adam(model.parameters(), lr=3e-4), data, steps=300)
    assert "weights.scale" not in [finding.rule for finding in found.findings]


@pytest.mark.parametrize("outputs", [1, 2])
def test_large_initial_weights_are_found_where_a_class_is_rare_too(outputs):
    model, data, loss = rare(outputs)
    with torch.no_grad():
        for layer in (model[0], model[2], model[4]):
            layer.weight.mul_(8)
    found = diagnose(model, loss, SGD(model.parameters(), lr=1e-4), data, steps=300)
    assert "weights.scale" in [finding.rule for finding in found.findings]


@pytest.mark.parametrize(
    ("losses", "rises", "falls"),
    [
        ([0.4 - 0.1 * step + 0.05 * (-1) ** step for step in range(80)], False, True),
        ([-7.0 + 0.1 * step + 0.05 * (-1) ** step for step in range(80)], True, False),
        ([0.01 * (-1) ** step for step in range(80)], False, False),
    ],
    ids=["through zero", "up", "around zero"],
)
def test_a_loss_that_may_be_negative_rises_and_falls_by_its_noise(losses, rises, falls):
    history = History()
    for loss in losses:
        history.add_step(loss)
    assert (history.is_rising(), history.has_fallen(0.9)) == (rises, falls)


def test_large_first_steps_from_which_a_model_comes_back_better_are_no_harm():
    history = History()
    for loss in [6.0, 80.0, 40.0, 20.0, 9.0, 6.0, 4.0, 3.0, 2.5, 2.2, 2.0, 1.9]:
        history.add_step(loss)
    assert not history.was_thrown_off()
    for loss in [7.0, 9.0, 12.0]:
        history.add_step(loss)
    assert history.was_thrown_off()
