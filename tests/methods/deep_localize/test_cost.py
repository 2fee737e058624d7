"""What a step costs under the monitor, counted in operations and in calls: no clock tells that on a busy machine."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
import torch
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import blobs, network

# Step 20 is looked at, step 50 from the bottom up.
_QUIET, _LOOKED_AT, _THOROUGH = 13, 20, 50
_OURS = "faultloc/methods/deep_localize"


class Operations(TorchDispatchMode):
    """Counts what is dispatched."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, operation: Callable, types: object, given: tuple = (), named: dict | None = None):
        self.count += 1
        return operation(*given, **(named or {}))


def cost_of_step(number: int, *, is_watched: bool) -> tuple[int, int]:
    """The torch operations and the calls of Python functions of ours in step ``number`` of a small training."""
    inputs, labels = blobs()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None)
    calls = 0

    def train_one() -> None:
        optimizer.zero_grad()
        F.cross_entropy(model(inputs[:32]), labels[:32]).backward()
        optimizer.step()

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and _OURS in frame.f_code.co_filename

    if is_watched:
        monitor.attach()
    for _ in range(number):
        train_one()
    operations, before = Operations(), sys.getprofile()
    sys.setprofile(note)
    try:
        with operations:
            train_one()
    finally:
        sys.setprofile(before)
    monitor.close()
    return operations.count, calls


def test_a_step_that_is_not_looked_at_costs_three_operations_and_few_calls():
    alone, _ = cost_of_step(_QUIET, is_watched=False)
    beside, calls = cost_of_step(_QUIET, is_watched=True)
    # The loss is read, and one gradient: its product with itself.
    assert beside - alone == 3
    assert 0 < calls <= 25


@pytest.mark.parametrize(("number", "most"), [(_LOOKED_AT, 70), (_THOROUGH, 85)])
def test_a_close_look_at_a_small_network_costs_no_more_operations_than_a_few_steps(number, most):
    alone, _ = cost_of_step(number, is_watched=False)
    beside, calls = cost_of_step(number, is_watched=True)
    assert 3 < beside - alone <= most
    assert 25 < calls <= 1000
