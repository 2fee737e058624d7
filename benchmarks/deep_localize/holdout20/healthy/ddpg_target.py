"""Deterministic policy gradient: steer a cart on a line to a wanted position."""

import copy
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_ENVS, GAMMA, TAU = 16, 0.9, 0.02


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 48), nn.ReLU(), nn.Linear(48, 1), nn.Tanh())

    def forward(self, s):
        return self.net(s)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 1)

    def forward(self, s, a):
        h = torch.relu(self.fc1(torch.cat([s, a], -1)))
        return self.fc3(torch.relu(self.fc2(h)))


def fresh(n):
    return torch.cat([torch.rand(n, 1) * 2 - 1, torch.zeros(n, 1), torch.rand(n, 1) * 2 - 1], 1)


def dynamics(s, a):
    x, v, goal = s.split(1, 1)
    v = 0.7 * v + 0.3 * a
    x = x + 0.4 * v
    reward = -(x - goal).abs() - 0.02 * a.pow(2)
    return torch.cat([x, v, goal], 1), reward


actor, critic = Actor(), Critic()
actor_target, critic_target = copy.deepcopy(actor), copy.deepcopy(critic)
actor_opt = torch.optim.Adam(actor.parameters(), lr=1e-3)
critic_opt = torch.optim.Adam(critic.parameters(), lr=3e-3)
memory = []
state = fresh(N_ENVS)

for step in range(600):
    with torch.no_grad():
        action = (actor(state) + 0.3 * torch.randn(N_ENVS, 1)).clamp(-1, 1)
        after, reward = dynamics(state, action)
    memory.append((state, action, reward, after))
    state = fresh(N_ENVS) if step % 25 == 24 else after
    if step < 10:
        continue
    rows = [memory[i] for i in np.random.randint(len(memory), size=6)]
    s, a, r, s2 = (torch.cat(column) for column in zip(*rows))

    with torch.no_grad():
        wanted = r + GAMMA * critic_target(s2, actor_target(s2))
    critic_loss = (critic(s, a) - wanted).pow(2).mean()
    critic_opt.zero_grad()
    critic_loss.backward()
    critic_opt.step()

    actor_loss = -critic(s, actor(s)).mean()
    actor_opt.zero_grad()
    actor_loss.backward()
    actor_opt.step()

    with torch.no_grad():
        for slow_net, net in ((actor_target, actor), (critic_target, critic)):
            for slow, fast in zip(slow_net.parameters(), net.parameters()):
                slow.mul_(1 - TAU).add_(TAU * fast)
    if step % 100 == 0:
        print(f"step {step} critic {critic_loss.item():.4f} actor {actor_loss.item():.3f}")

state, distance = fresh(300), 0.0
with torch.no_grad():
    for t in range(25):
        state, _ = dynamics(state, actor(state))
    distance = (state[:, 0] - state[:, 2]).abs().mean().item()
print("METRIC final_distance", distance)
