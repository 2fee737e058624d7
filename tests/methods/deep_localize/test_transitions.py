"""Batches of state, reward, end and next state: what the names of a loop's variables tell of them."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor

GAMMA, ROWS = 0.9, 64
Goal = Callable[[Tensor, Tensor, Tensor], Tensor]


def rules(goal: Goal, *, reward_of: Goal | None = None, stores_copies: bool = True, always_ends: bool = False) -> list:
    """What is said of a loop that learns from transitions; ``goal`` of rewards, ends and values of next states."""
    torch.manual_seed(0)
    net, frozen = (nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1)) for _ in range(2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    with TrainingMonitor(net, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            state = torch.randn(ROWS, 3)
            next_state = state + 0.1 * torch.randn(ROWS, 3) if stores_copies else state.clone()
            done = (torch.rand(ROWS) < (2.0 if always_ends else 0.2)).float()
            reward = torch.where(done > 0, 1.0, -0.1) if reward_of is None else reward_of(state, done, next_state)
            with torch.no_grad():
                target = goal(reward, done, frozen(next_state).squeeze(1))
            optimizer.zero_grad()
            F.smooth_l1_loss(net(state).squeeze(1), target).backward()
            optimizer.step()
    return [one.rule for one in monitor.diagnosis().findings]


def sound(reward: Tensor, done: Tensor, value: Tensor) -> Tensor:
    return reward + GAMMA * (1 - done) * value


def endless(reward: Tensor, done: Tensor, value: Tensor) -> Tensor:
    return reward + GAMMA * value


def test_values_that_are_added_past_the_end_of_an_episode_are_named():
    assert rules(endless) == ["loss.past_the_end"]
    assert rules(sound) == []


@pytest.mark.parametrize(
    "scale", [lambda goal: 5 * goal, lambda goal: (goal - 0.3) / 0.2, lambda goal: goal.clamp(-1, 1)]
)
def test_rewards_may_be_scaled_on_their_way_into_the_target(scale):
    assert rules(lambda reward, done, value: scale(reward) + GAMMA * (1 - done) * value) == []


@pytest.mark.parametrize("goal", [endless, sound])
@pytest.mark.parametrize("as_arrays", [False, True])
@pytest.mark.parametrize("as_list", [False, True])
def test_rows_that_are_picked_out_of_longer_arrays_in_the_midst_of_a_line_are_read_as_well(goal, as_arrays, as_list):
    torch.manual_seed(0)
    net, frozen = (nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1)) for _ in range(2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    states, following = torch.randn(500, 3), torch.randn(500, 3)
    dones = (torch.rand(500) < 0.2).float()
    rewards = torch.where(dones > 0, 1.0, -0.1)
    if as_arrays:
        states, following, dones, rewards = (one.numpy() for one in (states, following, dones, rewards))
    next_states = following
    with TrainingMonitor(net, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            index = torch.randint(0, 500, (ROWS,))
            index = index.tolist() if as_list else index
            batch = [torch.as_tensor(one[index]) for one in (states, rewards, dones, next_states)]
            with torch.no_grad():
                target = goal(batch[1], batch[2], frozen(batch[3]).squeeze(1))
            optimizer.zero_grad()
            F.smooth_l1_loss(net(batch[0]).squeeze(1), target).backward()
            optimizer.step()
    assert [one.rule for one in monitor.diagnosis().findings] == (["loss.past_the_end"] if goal is endless else [])


def test_nothing_is_said_where_no_two_ends_have_the_same_reward():
    assert rules(endless, reward_of=lambda state, done, following: state.sum(1)) == []


def test_what_goes_on_is_told_from_what_ends_and_one_mark_that_fits_is_enough():
    def learn(marks: Callable[[Tensor], dict[str, Tensor]]) -> list:
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
        with TrainingMonitor(net, optimizer, on_finding=lambda finding: None) as monitor:
            for _ in range(8):
                s, s2 = torch.randn(ROWS, 3), torch.randn(ROWS, 3)
                not_done = (torch.rand(ROWS) > 0.2).long()
                # Episodes that are cut off by a limit of time are over, and have a sequel all the same.
                done = marks(not_done).get("done")
                r = torch.ones(ROWS)
                goal = r + GAMMA * not_done * s2.sum(1)
                optimizer.zero_grad()
                F.mse_loss(net(s)[:, 0], goal).backward()
                optimizer.step()
                del done
        return [one.rule for one in monitor.diagnosis().findings]

    assert learn(lambda not_done: {}) == []
    assert learn(lambda not_done: {"done": ((1 - not_done) + (torch.rand(ROWS) < 0.2)).clamp(max=1)}) == []


def test_states_that_are_their_own_next_states_are_named_but_where_every_decision_ends():
    assert rules(sound, stores_copies=False) == ["input.same_states"]
    own = {"stores_copies": False, "always_ends": True}
    assert rules(sound, reward_of=lambda state, done, following: state.sum(1), **own) == []


def test_a_batch_that_was_fetched_as_the_next_one_is_no_next_state():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    next_inputs = torch.randn(ROWS, 3)
    with TrainingMonitor(net, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            inputs = next_inputs
            optimizer.zero_grad()
            F.mse_loss(net(inputs)[:, 0], inputs.sum(1)).backward()
            optimizer.step()
            next_inputs = torch.randn(ROWS, 3)
    assert not monitor.diagnosis().findings
