"""Dropout that goes on in evaluation mode, told from dropout that does not and from answers drawn on purpose."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, blobs, train


def evaluated(compute: object, *, asks: int = 1, epochs: int = 0, **parts: nn.Module) -> list[tuple[str, str]]:
    """What is said of a model that is trained, evaluated once after each of ``epochs``, and in the end ``asks`` times,
    always on the same inputs."""
    torch.manual_seed(0)
    model = Made(compute, first=nn.Linear(10, 16), head=nn.Linear(16, 3), **parts)
    inputs, labels = blobs()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    train(model, optimizer, F.cross_entropy, inputs, labels, steps=12)
    for _ in range(epochs):
        model.eval()
        with torch.no_grad():
            model(inputs)
        model.train()
        train(model, optimizer, F.cross_entropy, inputs, labels, steps=3)
    model.eval()
    before = torch.get_rng_state()
    with torch.no_grad():
        for _ in range(asks):
            model(inputs)
    if compute is as_layer:
        assert torch.equal(before, torch.get_rng_state()), "the monitor has drawn random numbers"
    return [(one.rule, one.place) for one in monitor.close().findings]


def untold(self: nn.Module, x: Tensor) -> Tensor:
    return self.head(F.dropout(self.first(x).relu(), 0.3))


def told(self: nn.Module, x: Tensor) -> Tensor:
    return self.head(F.dropout(self.first(x).relu(), 0.3, self.training))


def as_layer(self: nn.Module, x: Tensor) -> Tensor:
    return self.head(self.drop(self.first(x).relu()))


def noisy(self: nn.Module, x: Tensor) -> Tensor:
    hidden = self.first(x).relu()
    return self.head(hidden + 0.1 * torch.randn_like(hidden))


def masked(self: nn.Module, x: Tensor) -> Tensor:
    hidden = self.first(x).relu()
    return self.head(hidden * (torch.arange(16) % 2 * 2.0).expand(len(x), 16))


def test_a_functional_dropout_that_is_not_told_the_mode_is_named():
    assert evaluated(untold) == [("model.not_evaluating", "first")]


@pytest.mark.parametrize("compute", [told, noisy, masked])
def test_dropout_that_is_told_the_mode_noise_and_fixed_masks_raise_no_alarm(compute):
    assert not evaluated(compute)


def test_a_layer_of_dropout_raises_no_alarm_and_no_random_number_is_drawn():
    assert not evaluated(as_layer, drop=nn.Dropout(0.3))


def test_several_answers_to_the_same_inputs_are_asked_for_on_purpose():
    assert not evaluated(untold, asks=5)


def test_who_evaluates_on_the_same_inputs_epoch_after_epoch_asks_for_one_answer_each_time():
    assert evaluated(untold, epochs=5) == [("model.not_evaluating", "first")]
    assert not evaluated(told, epochs=5)


def test_several_answers_may_be_asked_for_in_the_end_alone():
    assert not evaluated(untold, epochs=5, asks=5)
