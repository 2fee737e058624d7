"""Weights of 16 bits whose steps are rounded away, and those whose steps are large enough or kept in 32 bits."""

import pytest
import torch
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, network

KINDS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def rules(kind: str, rate: float, *, autocast: bool = False) -> list[str]:
    model = network().to(KINDS[kind])
    inputs, labels = blobs()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(120):
            rows = slice(32 * step % 320, 32 * step % 320 + 32)
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                outputs = model(inputs[rows].to(KINDS[kind]))
            F.cross_entropy(outputs.float(), labels[rows]).backward()
            optimizer.step()
    return [one.rule for one in monitor.findings]


def test_steps_that_are_rounded_away_are_named():
    assert "optimizer.rounded_away" in rules("bfloat16", 1e-4)


@pytest.mark.parametrize(
    ("kind", "rate", "autocast"), [("float32", 1e-3, True), ("float32", 1e-3, False), ("bfloat16", 0.1, False)]
)
def test_weights_of_32_bits_and_large_steps_of_16_raise_no_such_alarm(kind, rate, autocast):
    assert "optimizer.rounded_away" not in rules(kind, rate, autocast=autocast)
