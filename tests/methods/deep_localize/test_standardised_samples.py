"""Samples that are standardised one by one, and cosines that run over the samples of a batch."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import diagnose, network


def loud_and_quiet(*, each: bool) -> tuple[Tensor, Tensor]:
    """Noise of three strengths, which are the classes, standardised sample by sample or all together."""
    generator = torch.Generator().manual_seed(0)
    strength = torch.randint(0, 3, (320,), generator=generator)
    signal = (0.3 + strength[:, None]) * torch.randn(320, 20, generator=generator)
    axes = 1 if each else None
    mean, deviation = signal.mean(axes, keepdim=True), signal.std(axes, keepdim=True)
    return (signal - mean) / deviation, strength


@pytest.mark.parametrize("each", [True, False])
def test_samples_that_are_standardised_one_by_one_are_named_where_nothing_is_learned(each):
    inputs, _ = loud_and_quiet(each=each)
    labels = torch.randint(0, 3, (320,), generator=torch.Generator().manual_seed(1))
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    found = diagnose(model, data=(inputs, labels), steps=170, optimizer=optimizer)
    assert ("input.each_standardised" in [one.rule for one in found.findings]) == each
    assert found.cause.rule == "input.each_standardised" or not each


@pytest.mark.parametrize("each", [True, False])
def test_samples_raise_no_alarm_where_the_model_learns(each):
    inputs, _ = loud_and_quiet(each=each)
    labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0)
    assert not diagnose(
        nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 3)), data=(inputs, labels), steps=170
    ).findings


def cosine(axis: int, *, centred: bool = False, steps: int = 3) -> list[str]:
    model, generator = network(outputs=4), torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            inputs, targets = torch.randn(24, 10, generator=generator), 1 + torch.randn(24, 4, generator=generator)
            outputs = model(inputs)
            if centred:
                outputs, targets = outputs - outputs.mean(0), targets - targets.mean(0)
            optimizer.zero_grad()
            (1 - F.cosine_similarity(outputs, targets, dim=axis)).mean().backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_a_cosine_over_the_samples_is_named_and_one_over_the_features_is_not():
    assert cosine(0) == ["loss.cosine_axis"]
    assert not cosine(1)


def test_a_correlation_over_the_samples_raises_no_alarm():
    assert not cosine(0, centred=True)
