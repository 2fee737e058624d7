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
    assert 0 < calls <= 18


@pytest.mark.parametrize(("number", "most", "most_calls"), [(_LOOKED_AT, 52, 480), (_THOROUGH, 63, 950)])
def test_a_close_look_at_a_small_network_costs_no_more_operations_than_a_few_steps(number, most, most_calls):
    alone, _ = cost_of_step(number, is_watched=False)
    beside, calls = cost_of_step(number, is_watched=True)
    assert 3 < beside - alone <= most
    assert 18 < calls <= most_calls


@pytest.mark.parametrize("are_several", [False, True])
def test_the_end_of_a_call_is_heard_in_steps_that_are_not_looked_at_where_calls_may_lie_in_each_other(are_several):
    inputs, labels = blobs()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    watched = {"network": model} if are_several else model
    monitor = TrainingMonitor(watched, optimizer, on_finding=lambda finding: None).attach()
    heard = []
    for _ in range(_LOOKED_AT + 1):
        optimizer.zero_grad()
        scores = model(inputs[:32])
        heard.append(len(model._forward_hooks))
        F.cross_entropy(scores, labels[:32]).backward()
        optimizer.step()
    assert [step for step, hooks in enumerate(heard) if hooks] == (
        list(range(_LOOKED_AT + 1)) if are_several else [0, 1, 2, 3, 4, 10, 20]
    )
    # A part that a training step calls by itself lies in no call from then on.
    monitor.part_begins(model[0], (inputs,), {})
    assert len(model._forward_hooks) == 1
    monitor.part_ends(inputs)
    assert not monitor.is_in_call()
    monitor.close()
    assert not model._forward_hooks
    assert not model._forward_pre_hooks


def test_a_model_that_has_learned_is_looked_at_more_seldom_until_its_loss_rises_again():
    inputs, labels = blobs()
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(200):
            optimizer.zero_grad()
            # Two labels change places at step 130.
            F.cross_entropy(model(inputs), labels if step < 130 else (labels + 1) % 3).backward()
            optimizer.step()
    samples = monitor.history.sampled
    assert [one.step for one in samples[:5]] == [0, 1, 2, 3, 4]
    seldom = []
    for one, other, following in zip(samples[3:], samples[4:], samples[5:], strict=False):
        share = max(one.relative_loss or 0, other.relative_loss or 0)
        apart = 40 if share < 0.1 else 20 if share < 0.5 else 10
        seldom.append(apart)
        if following.step != 131:  # where the loss has risen
            assert following.step == (other.step // apart + 1) * apart
    assert {20, 40} <= set(seldom)
    risen = next(one for one in samples if one.step == 131)
    assert monitor.history.relative.count(risen.relative_loss) == 1
    # A look counts for those that it stands for, so that half of all looks are half of all steps.
    assert len(monitor.history.relative) == pytest.approx(5 + 20, abs=4)


def test_a_model_that_was_trained_before_is_not_looked_at_at_every_step():
    inputs, labels = blobs()
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    for step in range(120):
        if step == 100:
            monitor = TrainingMonitor(model, optimizer, on_finding=lambda finding: None).attach()
        optimizer.param_groups[0]["lr"] = 0.01 if step < 10 else 1e-6
        optimizer.zero_grad()
        F.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    monitor.close()
    assert monitor.history.losses[-1] > 0.9 * monitor.history.losses[0]
    assert len(monitor.history.sampled) <= 5 + 2
