"""REINFORCE with a learned baseline: find the way out of a corridor with a slippery floor."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

CELLS, WORKERS, HORIZON, GAMMA = 10, 16, 30, 0.95


class Corridors:
    """Many corridors at once; the exit is to the right, each step costs a little."""

    def reset(self):
        self.place = np.random.randint(0, 4, WORKERS)
        self.over = np.zeros(WORKERS, bool)
        return self.observe()

    def observe(self):
        return torch.eye(CELLS)[torch.from_numpy(self.place)]

    def step(self, action):
        move = np.where(action == 1, 1, -1)
        move = np.where(np.random.rand(WORKERS) < 0.1, -move, move)
        alive = ~self.over
        self.place = np.where(alive, np.clip(self.place + move, 0, CELLS - 1), self.place)
        reward = np.where(alive, -0.05, 0.0)
        arrived = alive & (self.place == CELLS - 1)
        reward[arrived] = 1.0
        self.over |= arrived
        return self.observe(), reward, alive


policy = nn.Sequential(nn.Linear(CELLS, 32), nn.Tanh(), nn.Linear(32, 2))
baseline = nn.Sequential(nn.Linear(CELLS, 32), nn.Tanh(), nn.Linear(32, 1))
policy_optimizer = torch.optim.Adam(policy.parameters(), lr=5e-3)
baseline_optimizer = torch.optim.Adam(baseline.parameters(), lr=1e-2)
env = Corridors()
returns_seen = []

for update in range(120):
    state = env.reset()
    log_probs, values, rewards, masks, entropies = [], [], [], [], []
    for _ in range(HORIZON):
        distribution = Categorical(logits=policy(state))
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        entropies.append(distribution.entropy())
        values.append(baseline(state).squeeze(1))
        state, reward, alive = env.step(action.numpy())
        rewards.append(torch.tensor(reward, dtype=torch.float32))
        masks.append(torch.tensor(alive, dtype=torch.float32))
        if env.over.all():
            break
    total, targets = torch.zeros(WORKERS), []
    for reward in reversed(rewards):
        total = reward + GAMMA * total
        targets.insert(0, total)
    targets, masks = torch.stack(targets), torch.stack(masks)
    values = torch.stack(values)
    advantage = (targets - values).detach()
    gain = (torch.stack(log_probs) * advantage + 0.01 * torch.stack(entropies)) * masks
    policy_loss = -gain.sum() / masks.sum()
    policy_optimizer.zero_grad()
    policy_loss.backward()
    policy_optimizer.step()

    baseline_loss = ((values - targets) ** 2 * masks).sum() / masks.sum()
    baseline_optimizer.zero_grad()
    baseline_loss.backward()
    baseline_optimizer.step()

    returns_seen.append(torch.stack(rewards).sum(0).mean().item())
    if update % 30 == 29:
        print(f"update {update + 1} policy loss {policy_loss.item():.4f} return {returns_seen[-1]:.3f}")

print("METRIC mean_return", np.mean(returns_seen[-10:]))
