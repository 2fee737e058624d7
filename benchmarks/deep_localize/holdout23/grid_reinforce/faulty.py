"""REINFORCE on a small grid world: walk to the goal within a limit of steps."""

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

GRID = 5
HORIZON = 14
EPISODES = 32  # played side by side
GAMMA = 0.97
MOVES = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]])


class GridWorld:
    def reset(self):
        self.pos = np.random.randint(0, GRID, (EPISODES, 2))
        self.goal = np.random.randint(0, GRID, (EPISODES, 2))
        self.done = (self.pos == self.goal).all(1)
        return self.observe()

    def observe(self):
        obs = np.concatenate([self.pos, self.goal, self.goal - self.pos], axis=1) / GRID
        return torch.tensor(obs, dtype=torch.float32)

    def step(self, action):
        active = ~self.done
        moved = np.clip(self.pos + MOVES[action], 0, GRID - 1)
        self.pos[active] = moved[active]
        arrived = (self.pos == self.goal).all(1) & active
        reward = np.where(arrived, 1.0, np.where(active, -0.05, 0.0))
        self.done |= arrived
        return self.observe(), torch.tensor(reward, dtype=torch.float32), torch.tensor(active)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(6, 64)
        self.affine2 = nn.Linear(64, 4)

    def forward(self, x):
        return Categorical(logits=self.affine2(torch.tanh(self.affine1(x))))


env = GridWorld()
policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
success = []

for update in range(150):
    obs = env.reset()
    log_probs, rewards, masks = [], [], []
    for _ in range(HORIZON):
        dist = policy(obs)
        action = dist.sample()
        obs, reward, active = env.step(action.numpy())
        log_probs.append(dist.log_prob(action))
        rewards.append(reward)
        masks.append(active.float())

    returns, running = [], torch.zeros(EPISODES)
    for reward in reversed(rewards):
        running = reward + GAMMA * running
        returns.insert(0, running)
    returns = torch.stack(returns)
    masks = torch.stack(masks)
    mean = (returns * masks).sum() / masks.sum()
    std = (((returns - mean) ** 2 * masks).sum() / masks.sum()).sqrt()
    returns = (returns - mean) / (std + 1e-6)

    policy_loss = torch.stack(log_probs) * returns * masks
    loss = policy_loss.sum() / masks.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    success.append(env.done.mean())
    if (update + 1) % 30 == 0:
        print(f"update {update + 1}\tsuccess {np.mean(success[-30:]):.3f}")

print("METRIC success_rate", float(np.mean(success[-20:])))
