"""Keep an unstable point within bounds with deep Q-learning, many simulations in parallel."""

import copy
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

GAMMA = 0.97
LIMIT = 100


class Balance:
    """A point that is pushed outwards; the agent pushes left or right and gets 1 for each step survived."""

    def __init__(self, n):
        self.n = n
        self.state = self._fresh(n)
        self.age = np.zeros(n, dtype=int)

    def _fresh(self, n):
        return np.random.uniform(-0.3, 0.3, (n, 2)).astype(np.float32)

    def step(self, action):
        x, v = self.state[:, 0], self.state[:, 1]
        push = np.where(action == 1, 1.0, -1.0)
        v = v + 0.15 * (push + 0.8 * x) + np.random.normal(0, 0.03, self.n)
        x = x + 0.15 * v
        after = np.stack([x, v], 1).astype(np.float32)
        self.age += 1
        done = np.abs(x) > 1.0
        reward = np.ones(self.n, dtype=np.float32)
        over = done | (self.age >= LIMIT)
        self.state = np.where(over[:, None], self._fresh(self.n), after)
        self.age[over] = 0
        return after, reward, done.astype(np.float32)


class Replay:
    def __init__(self, size):
        self.size, self.rows = size, []

    def add(self, *columns):
        self.rows.extend(zip(*columns))
        self.rows = self.rows[-self.size :]

    def sample(self, n):
        chosen = [self.rows[i] for i in np.random.randint(len(self.rows), size=n)]
        return [torch.as_tensor(np.stack(column)) for column in zip(*chosen)]


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 48)
        self.fc2 = nn.Linear(48, 48)
        self.out = nn.Linear(48, 2)

    def forward(self, s):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(s)))))


def evaluate(q_net, n=64):
    env = Balance(n)
    alive, lasted = np.ones(n, dtype=bool), np.zeros(n)
    for _ in range(LIMIT - 1):
        with torch.no_grad():
            action = q_net(torch.as_tensor(env.state)).argmax(1).numpy()
        _, _, done = env.step(action)
        lasted += alive
        alive &= done == 0
    return lasted.mean()


def main():
    env, replay = Balance(16), Replay(6000)
    q_net = QNet()
    target_net = copy.deepcopy(q_net)
    optimizer = torch.optim.Adam(q_net.parameters(), lr=2e-3)
    for step in range(900):
        epsilon = max(0.1, 1 - step / 400)
        state = env.state.copy()
        with torch.no_grad():
            action = q_net(torch.as_tensor(state)).argmax(1).numpy()
        action = np.where(np.random.rand(16) < epsilon, np.random.randint(0, 2, 16), action)
        after, reward, done = env.step(action)
        replay.add(state, action, reward, after, done)
        if step < 20:
            continue
        s, a, r, s2, d = replay.sample(64)
        q = q_net(s).gather(1, a.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            target = r + GAMMA * target_net(s2).max(1).values
        loss = F.smooth_l1_loss(q, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            target_net.load_state_dict(q_net.state_dict())
        if step % 200 == 0:
            print(f"step {step} loss {loss.item():.4f} mean Q {q.mean().item():.2f}")
    print("METRIC steps_survived", evaluate(q_net))


if __name__ == "__main__":
    main()
