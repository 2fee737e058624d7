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


def one_by_one(layer: nn.Module, *, trained_on: int = 16, evaluated_on: int = 1) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv1d(1, 4, 3), layer, nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 3))
    inputs, labels = blobs()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
    for step in range(8):
        rows = slice(trained_on * step, trained_on * (step + 1))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs[rows, None]), labels[rows]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        model(inputs[:evaluated_on, None])
    return [(one.rule, one.place) for one in monitor.close().findings]


def test_single_samples_that_are_normalised_by_themselves_are_named():
    assert one_by_one(nn.BatchNorm1d(4, track_running_stats=False)) == [("model.few_values", "1")]


def test_single_samples_raise_no_alarm_with_running_statistics_or_where_training_had_no_more():
    assert not one_by_one(nn.BatchNorm1d(4))
    assert not one_by_one(nn.BatchNorm1d(4, track_running_stats=False), evaluated_on=16)
    assert not one_by_one(nn.BatchNorm1d(4, track_running_stats=False), trained_on=1)
    assert not one_by_one(nn.InstanceNorm1d(4))


def test_a_model_that_is_only_called_in_training_mode_raises_no_alarm():
    assert not evaluated(nn.BatchNorm1d(16, momentum=0.0), evaluates=False)


def test_statistics_brought_from_elsewhere_and_kept_on_purpose_raise_no_alarm():
    layer = nn.BatchNorm1d(16, momentum=0.0)
    layer.running_mean += 0.5
    assert not evaluated(layer)


def test_batches_that_have_mean_0_and_deviation_1_anyway_raise_no_alarm():
    model = nn.Sequential(nn.BatchNorm1d(16, affine=False), nn.BatchNorm1d(16, momentum=0.0))
    assert not evaluated(model)
