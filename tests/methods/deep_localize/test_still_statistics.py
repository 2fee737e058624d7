"""Batch normalisation whose running statistics never follow, in models that are evaluated."""

import pytest
import torch
from torch import nn

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, train


def evaluated(layer: nn.Module, scale: float = 5.0, *, evaluates: bool = True, steps: int = 20) -> list[tuple]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), layer, nn.ReLU(), nn.Linear(16, 3))
    model[0].weight.data *= scale
    inputs, labels = blobs()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    train(model, optimizer, nn.functional.cross_entropy, inputs, labels, steps=steps)
    model.train(not evaluates)
    with torch.no_grad():
        model(inputs)
    return [(one.rule, one.place) for one in monitor.close().findings]


def test_statistics_that_never_follow_are_named_once_the_model_is_evaluated():
    assert evaluated(nn.BatchNorm1d(16, momentum=0.0)) == [("model.still_statistics", "1")]


@pytest.mark.parametrize("momentum", [0.1, 0.01, None])
def test_statistics_that_follow_at_any_pace_raise_no_alarm(momentum):
    assert not evaluated(nn.BatchNorm1d(16, momentum=momentum))


def test_a_layer_that_keeps_no_statistics_raises_no_alarm():
    assert not evaluated(nn.BatchNorm1d(16, track_running_stats=False))


def test_a_model_that_is_only_called_in_training_mode_raises_no_alarm():
    assert not evaluated(nn.BatchNorm1d(16, momentum=0.0), evaluates=False)


def test_statistics_brought_from_elsewhere_and_kept_on_purpose_raise_no_alarm():
    layer = nn.BatchNorm1d(16, momentum=0.0)
    layer.running_mean += 0.5
    assert not evaluated(layer)


def test_batches_that_have_mean_0_and_deviation_1_anyway_raise_no_alarm():
    model = nn.Sequential(nn.BatchNorm1d(16, affine=False), nn.BatchNorm1d(16, momentum=0.0))
    assert not evaluated(model)
