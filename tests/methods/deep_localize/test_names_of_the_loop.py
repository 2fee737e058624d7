"""What only the names of a loop's variables tell: rewards from costs, a target network from a frozen one."""

import copy

import pytest
import torch
from torch import nn
from torch.distributions import Categorical
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor


@pytest.mark.parametrize(("sign", "found"), [(-1, []), (1, ["loss.policy_sign"])])
@pytest.mark.parametrize("name", ["advantage", "returns", "costs", "weights"])
def test_a_policy_that_does_less_of_what_is_called_a_gain_is_named(name, sign, found):
    torch.manual_seed(0)
    policy = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(policy.parameters(), 0.001)
    advantage = returns = costs = None
    with TrainingMonitor(policy, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            drawn = Categorical(logits=policy(torch.randn(32, 5)))
            actions = drawn.sample()
            weights = torch.randn(32)
            advantage = weights if name == "advantage" else None
            returns = 3 + 2 * weights if name == "returns" else None
            costs = weights if name == "costs" else None
            optimizer.zero_grad()
            (sign * drawn.log_prob(actions) * weights).mean().backward()
            optimizer.step()
    del advantage, returns, costs
    # A cost is to be made small, and what has no telling name may be either.
    assert [one.rule for one in monitor.diagnosis().findings] == (found if name in ("advantage", "returns") else [])


@pytest.mark.parametrize(("sign", "found"), [(-1, []), (1, ["loss.policy_sign"])])
def test_the_loss_of_each_step_is_no_cost_that_it_is_weighed_by(sign, found):
    torch.manual_seed(0)
    policy = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(policy.parameters(), 0.001)
    with TrainingMonitor(policy, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(8):
            taken = []
            for _ in range(6):
                drawn = Categorical(logits=policy(torch.randn(32, 5)))
                taken.append(drawn.log_prob(drawn.sample()))
            returns, masks = torch.randn(6, 32), (torch.rand(6, 32) < 0.8).float()
            policy_loss = sign * torch.stack(taken) * returns * masks
            optimizer.zero_grad()
            (policy_loss.sum() / masks.sum()).backward()
            optimizer.step()
    assert [one.rule for one in monitor.diagnosis().findings] == found


class Agent:
    """Two networks as attributes of an object of the script's."""

    def __init__(self, *, begins_alike: bool) -> None:
        self.net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
        other = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
        self.target_net = copy.deepcopy(self.net) if begins_alike else other


@pytest.mark.parametrize("begins_alike", [True, False])
@pytest.mark.parametrize("follows", ["never", "now and then", "loaded into nothing", "copied anew"])
def test_a_target_network_that_began_as_a_copy_and_never_follows_is_named(follows, begins_alike):
    torch.manual_seed(0)
    agent = Agent(begins_alike=begins_alike)
    optimizer = torch.optim.SGD(agent.net.parameters(), 0.01)
    with TrainingMonitor(agent.net, optimizer, on_finding=lambda finding: None) as monitor:
        for step in range(320):
            state = torch.randn(32, 3)
            with torch.no_grad():
                goal = state.sum(1, keepdim=True) + 0.5 * agent.target_net(state)
            optimizer.zero_grad()
            F.mse_loss(agent.net(state), goal).backward()
            optimizer.step()
            if step % 50 == 49 and follows != "never":
                averaged = {name: value.clone() for name, value in agent.net.state_dict().items()}
                if follows == "now and then":
                    agent.target_net.load_state_dict(averaged)
                if follows == "copied anew":
                    agent.target_net = copy.deepcopy(agent.net)
    found = [(one.rule, one.place, one.phase) for one in monitor.diagnosis().findings]
    is_still = begins_alike and follows in ("never", "loaded into nothing")
    assert found == ([("model.still_target", "target_net", "update")] if is_still else [])


def test_a_target_network_of_what_is_not_trained_either_is_not_named():
    torch.manual_seed(0)
    agent = Agent(begins_alike=True)
    other = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(other.parameters(), 0.01)
    with TrainingMonitor({"net": agent.net, "other": other}, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(320):
            state = torch.randn(32, 3)
            optimizer.zero_grad()
            F.mse_loss(other(state), state.sum(1, keepdim=True)).backward()
            optimizer.step()
    assert "model.still_target" not in [one.rule for one in monitor.diagnosis().findings]
