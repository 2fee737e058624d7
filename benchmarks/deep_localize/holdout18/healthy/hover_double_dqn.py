"""Double DQN that holds a drone at a wanted height.

The task never ends by itself: episodes are cut after a fixed time, so every target bootstraps from the next state.
"""

import copy
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
torch.set_num_threads(1)

N_ENVS, GAMMA, TAU, HORIZON = 16, 0.95, 0.02, 40
THRUST = np.array([-0.1, 0.0, 0.1])


class HoverEnvs:
    """A batch of drones; state is (height error, speed), the reward minus the absolute height error."""

    def __init__(self, n):
        self.n = n

    def reset(self):
        self.height = rng.uniform(-1, 1, self.n)
        self.speed = rng.uniform(-0.1, 0.1, self.n)
        return self.observe()

    def observe(self):
        return np.stack([self.height, self.speed * 4], axis=1).astype(np.float32)

    def step(self, action):
        self.speed = 0.9 * self.speed + THRUST[action] + 0.005 * rng.standard_normal(self.n)
        self.height = np.clip(self.height + self.speed, -2, 2)
        return self.observe(), -np.abs(self.height).astype(np.float32)


class Replay:
    def __init__(self, size):
        self.s = torch.zeros(size, 2)
        self.a = torch.zeros(size, dtype=torch.long)
        self.r = torch.zeros(size)
        self.s2 = torch.zeros(size, 2)
        self.size, self.n, self.at = size, 0, 0

    def add(self, s, a, r, s2):
        idx = torch.arange(self.at, self.at + len(a)) % self.size
        self.s[idx], self.a[idx] = torch.from_numpy(s), torch.from_numpy(a)
        self.r[idx], self.s2[idx] = torch.from_numpy(r), torch.from_numpy(s2)
        self.at = (self.at + len(a)) % self.size
        self.n = min(self.n + len(a), self.size)

    def sample(self, k):
        idx = torch.randint(0, self.n, (k,))
        return self.s[idx], self.a[idx], self.r[idx], self.s2[idx]


class Dueling(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.value = nn.Linear(64, 1)
        self.advantage = nn.Linear(64, 3)

    def forward(self, s):
        h = self.body(s)
        a = self.advantage(h)
        return self.value(h) + a - a.mean(1, keepdim=True)


policy_net = Dueling()
target_net = copy.deepcopy(policy_net).requires_grad_(False)
optimizer = torch.optim.AdamW(policy_net.parameters(), lr=1e-3, amsgrad=True)
replay = Replay(8000)
envs = HoverEnvs(N_ENVS)


def act(s, eps):
    with torch.no_grad():
        a = policy_net(torch.from_numpy(s)).argmax(1).numpy()
    explore = rng.random(len(a)) < eps
    return np.where(explore, rng.integers(0, 3, len(a)), a)


def optimize():
    s, a, r, s2 = replay.sample(128)
    q = policy_net(s).gather(1, a[:, None])[:, 0]
    with torch.no_grad():
        choice = policy_net(s2).argmax(1, keepdim=True)
        y = r + GAMMA * target_net(s2).gather(1, choice)[:, 0]
    loss = F.smooth_l1_loss(q, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    with torch.no_grad():
        for tp, p in zip(target_net.parameters(), policy_net.parameters()):
            tp.lerp_(p, TAU)
    return loss.item()


s = envs.reset()
for t in range(1, 901):
    a = act(s, max(0.05, 1 - t / 500))
    s2, r = envs.step(a)
    replay.add(s, a, r, s2)
    s = envs.reset() if t % HORIZON == 0 else s2
    if t > 30:
        loss = optimize()
    if t % 300 == 0:
        print(f"step {t} loss {loss:.5f}")

s, total = envs.reset(), 0.0
for _ in range(HORIZON):
    s, r = envs.step(act(s, 0.0))
    total += r.mean()
print(f"METRIC reward_per_step {total / HORIZON:.4f}")
