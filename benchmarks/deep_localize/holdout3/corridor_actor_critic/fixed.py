import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)

N, HORIZON, ENVS, GAMMA = 7, 16, 16, 0.95


class Corridor:
    """Sixteen corridors side by side: +1 at the right end, -0.05 a move."""

    def reset(self):
        self.pos = np.random.randint(0, 3, ENVS)
        self.alive = np.ones(ENVS, dtype=bool)
        return self.obs()

    def obs(self):
        return torch.eye(N)[torch.as_tensor(self.pos)]

    def step(self, action):
        move = np.where(action == 1, 1, -1)
        self.pos = np.where(self.alive, np.clip(self.pos + move, 0, N - 1), self.pos)
        arrived = (self.pos == N - 1) & self.alive
        reward = np.where(self.alive, np.where(arrived, 1.0, -0.05), 0.0)
        was = self.alive.copy()
        self.alive &= ~arrived
        return self.obs(), reward, was


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(N, 32)
        self.actor = nn.Linear(32, 2)
        self.critic = nn.Linear(32, 1)

    def forward(self, x):
        x = F.relu(self.body(x))
        return self.actor(x), self.critic(x).squeeze(-1)


env = Corridor()
model = ActorCritic()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
history = []
for update in range(80):
    obs = env.reset()
    log_probs, values, rewards, masks = [], [], [], []
    for _ in range(HORIZON):
        logits, value = model(obs)
        dist = Categorical(logits=logits)
        action = dist.sample()
        obs, reward, mask = env.step(action.numpy())
        log_probs.append(dist.log_prob(action))
        values.append(value)
        rewards.append(torch.tensor(reward, dtype=torch.float32))
        masks.append(torch.tensor(mask, dtype=torch.float32))
    R, returns = torch.zeros(ENVS), []
    for r in reversed(rewards):
        R = r + GAMMA * R
        returns.insert(0, R)
    returns, values, log_probs, masks = map(torch.stack, (returns, values, log_probs, masks))
    advantage = returns - values.detach()
    policy_loss = -(log_probs * advantage * masks).sum() / masks.sum()
    value_loss = ((returns - values) ** 2 * masks).sum() / masks.sum()
    loss = policy_loss + 0.5 * value_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(torch.stack(rewards).sum(0).mean().item())
    if update % 10 == 0:
        print("update", update, "return", round(history[-1], 3), "loss", round(loss.item(), 3))
print("METRIC mean_return", np.mean(history[-15:]))
