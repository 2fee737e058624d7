"""Advantage actor-critic with a Gaussian policy: steer a point mass to the origin."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Normal

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_ENVS, ROLLOUT, GAMMA, LAM = 64, 16, 0.95, 0.9


class PointMass:
    def __init__(self, n):
        self.n = n
        self.state = self.fresh(n)

    def fresh(self, n):
        return torch.cat([torch.rand(n, 1) * 4 - 2, torch.zeros(n, 1)], 1)

    def step(self, force):
        x, v = self.state[:, :1], self.state[:, 1:]
        v = 0.9 * v + 0.3 * force.clamp(-1, 1)
        x = (x + 0.3 * v).clamp(-3, 3)
        reward = -(x.abs() + 0.05 * force**2).squeeze(1)
        self.state = torch.cat([x, v], 1)
        restart = torch.rand(self.n) < 0.02
        self.state[restart] = self.fresh(int(restart.sum()))
        return self.state, reward, restart.float()


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))
        self.log_std = nn.Parameter(torch.zeros(1))
        self.critic = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward(self, s):
        return Normal(self.actor(s), self.log_std.exp()), self.critic(s).squeeze(1)


env = PointMass(N_ENVS)
agent = ActorCritic()
optimizer = torch.optim.Adam(agent.parameters(), lr=5e-3)
state = env.state
history = []
for update in range(150):
    log_probs, values, rewards, ends, entropies = [], [], [], [], []
    for _ in range(ROLLOUT):
        dist, value = agent(state)
        action = dist.sample()
        state, reward, end = env.step(action)
        log_probs.append(dist.log_prob(action).squeeze(1))
        entropies.append(dist.entropy().mean())
        values.append(value)
        rewards.append(reward)
        ends.append(end)
    with torch.no_grad():
        _, following = agent(state)
        advantages, gae = [], torch.zeros(N_ENVS)
        for t in reversed(range(ROLLOUT)):
            delta = rewards[t] + GAMMA * following * (1 - ends[t]) - values[t]
            gae = delta + GAMMA * LAM * (1 - ends[t]) * gae
            advantages.insert(0, gae)
            following = values[t]
        advantages = torch.stack(advantages)
        targets = advantages + torch.stack(values)
        scaled = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    actor_loss = -(torch.stack(log_probs) * scaled).mean()
    critic_loss = (torch.stack(values) - targets).pow(2).mean()
    loss = actor_loss + 0.5 * critic_loss - 0.001 * torch.stack(entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
    optimizer.step()
    history.append(torch.stack(rewards).mean().item())
    if update % 40 == 0:
        print(f"update {update} reward {np.mean(history[-40:]):.3f} value loss {critic_loss.item():.3f}")

with torch.no_grad():
    test = PointMass(200)
    s, distances = test.state, []
    for t in range(40):
        s, _, _ = test.step(agent(s)[0].mean)
    distance = s[:, 0].abs().mean().item()
print("METRIC final_distance", distance)
