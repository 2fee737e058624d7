"""REINFORCE with a learned baseline on a small grid with a goal and many walkers at once."""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIDE, HORIZON, WALKERS, GAMMA = 5, 14, 64, 0.95
MOVES = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])
GOAL = torch.tensor([4, 4])


def encode(position):
    return torch.nn.functional.one_hot(position[:, 0] * SIDE + position[:, 1], SIDE * SIDE).float()


policy = nn.Sequential(nn.Linear(SIDE * SIDE, 32), nn.Tanh(), nn.Linear(32, 4))
value = nn.Sequential(nn.Linear(SIDE * SIDE, 32), nn.Tanh(), nn.Linear(32, 1))
policy_optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
value_optimizer = torch.optim.Adam(value.parameters(), lr=1e-2)


def rollout():
    position = torch.randint(0, SIDE, (WALKERS, 2))
    alive = ~(position == GOAL).all(1)
    states, logps, rewards, masks, entropies = [], [], [], [], []
    for _ in range(HORIZON):
        state = encode(position)
        choice = Categorical(logits=policy(state))
        action = choice.sample()
        position = torch.where(alive[:, None], (position + MOVES[action]).clamp(0, SIDE - 1), position)
        arrived = (position == GOAL).all(1) & alive
        states.append(state)
        logps.append(choice.log_prob(action))
        entropies.append(choice.entropy())
        masks.append(alive.float())
        rewards.append(arrived.float() - 0.02 * alive.float())
        alive = alive & ~arrived
    stacked = [torch.stack(item) for item in (states, logps, rewards, masks, entropies)]
    return (*stacked, 1 - alive.float().mean().item())


reached = []
for update in range(150):
    states, logps, rewards, masks, entropies, fraction = rollout()
    returns = torch.zeros_like(rewards)
    running = torch.zeros(WALKERS)
    for t in reversed(range(HORIZON)):
        running = rewards[t] + GAMMA * running
        returns[t] = running
    baseline = value(states).squeeze(-1)
    advantage = (returns - baseline).detach()
    policy_loss = -(logps * advantage * masks).sum() / masks.sum() - 0.01 * (entropies * masks).sum() / masks.sum()
    value_loss = ((returns - baseline).pow(2) * masks).sum() / masks.sum()
    policy_optimizer.zero_grad()
    policy_loss.backward()
    policy_optimizer.step()
    value_optimizer.zero_grad()
    value_loss.backward()
    value_optimizer.step()
    reached.append(fraction)
    if update % 25 == 0:
        print(f"update {update}: reached {fraction:.2f} policy loss {policy_loss.item():+.4f}")

print("METRIC reached_goal", float(np.mean(reached[-15:])))
