"""REINFORCE with a running baseline in a corridor with a key and a door."""

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

LENGTH, HORIZON, GAMMA = 6, 24, 0.97


class KeyCorridor:
    """Fetch the key at the left end, then leave at the right end; many copies at once."""

    def __init__(self, n):
        self.n = n
        self.pos = np.full(n, LENGTH // 2)
        self.key = np.zeros(n, dtype=bool)
        self.done = np.zeros(n, dtype=bool)

    def observe(self):
        obs = np.zeros((self.n, LENGTH + 1), dtype=np.float32)
        obs[np.arange(self.n), self.pos] = 1
        obs[:, LENGTH] = self.key
        return torch.from_numpy(obs)

    def step(self, action):
        move = np.where(action == 1, 1, -1)
        self.pos = np.clip(self.pos + move * ~self.done, 0, LENGTH - 1)
        got = (self.pos == 0) & ~self.key
        self.key |= got
        left = (self.pos == LENGTH - 1) & self.key & ~self.done
        reward = (0.3 * got + 1.0 * left - 0.02) * ~self.done
        self.done |= left
        return reward.astype(np.float32)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(LENGTH + 1, 32)
        self.affine2 = nn.Linear(32, 2)

    def forward(self, x):
        return Categorical(logits=self.affine2(torch.relu(self.affine1(x))))


policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
baseline = 0.0


def rollout(n):
    env = KeyCorridor(n)
    log_probs, rewards, alive = [], [], []
    for _ in range(HORIZON):
        dist = policy(env.observe())
        action = dist.sample()
        alive.append(torch.from_numpy(~env.done))
        rewards.append(torch.from_numpy(env.step(action.numpy())))
        log_probs.append(dist.log_prob(action))
    return torch.stack(log_probs), torch.stack(rewards), torch.stack(alive).float(), env.done.mean()


for update in range(120):
    log_probs, rewards, alive, solved = rollout(16)
    returns = torch.zeros_like(rewards)
    running = torch.zeros(rewards.size(1))
    for t in reversed(range(HORIZON)):
        running = rewards[t] + GAMMA * running
        returns[t] = running
    advantage = returns - baseline
    baseline = 0.9 * baseline + 0.1 * returns[0].mean().item()
    policy_loss = -(log_probs * advantage * alive).sum(0).mean()
    optimizer.zero_grad()
    policy_loss.backward()
    optimizer.step()
    if update % 30 == 0:
        print(
            f"update {update}: loss {policy_loss.item():.3f} return {rewards.sum(0).mean().item():.3f} solved {solved:.2f}"
        )

with torch.no_grad():
    _, rewards, _, solved = rollout(200)
print("METRIC mean_return", rewards.sum(0).mean().item())
