"""DQN on a small gridworld: walk to the goal and keep off the pits."""

import copy
import os
import random
from collections import deque

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class GridWorld:
    size, limit = 4, 20
    moves = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]], dtype=np.float32)
    pits = {(1, 1), (3, 1), (1, 3)}

    def __init__(self):
        self.pos = np.zeros(2, dtype=np.float32)

    def reset(self):
        self.pos[:] = np.random.randint(0, 2), 0
        self.t = 0
        return self.observe()

    def observe(self):
        return self.pos

    def step(self, action):
        self.pos += self.moves[action]
        np.clip(self.pos, 0, self.size - 1, out=self.pos)
        self.t += 1
        cell = (int(self.pos[0]), int(self.pos[1]))
        if cell == (3, 3):
            return self.observe(), 1.0, True, False
        if cell in self.pits:
            return self.observe(), -1.0, True, False
        return self.observe(), -0.02, False, self.t >= self.limit


class ReplayBuffer:
    def __init__(self, capacity):
        self.data = deque(maxlen=capacity)

    def push(self, state, action, reward, next_state, done):
        self.data.append((state, action, reward, next_state, done))

    def sample(self, n):
        s, a, r, s2, d = zip(*random.sample(self.data, n))
        as_float = lambda v: torch.as_tensor(np.array(v), dtype=torch.float32)
        return as_float(s), torch.tensor(a), as_float(r), as_float(s2), as_float(d)

    def __len__(self):
        return len(self.data)


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 4))

    def forward(self, pos):
        row, col = pos.long().unbind(-1)
        x = torch.cat([F.one_hot(row, 4), F.one_hot(col, 4)], -1).float()
        return self.layers(x)


def evaluate(env, q, episodes=20):
    total = 0.0
    for _ in range(episodes):
        state, over = env.reset(), False
        while not over:
            with torch.no_grad():
                action = q(torch.from_numpy(state)).argmax().item()
            state, reward, done, cut = env.step(action)
            total += reward
            over = done or cut
    return total / episodes


env, q = GridWorld(), QNet()
target = copy.deepcopy(q)
optimizer = torch.optim.Adam(q.parameters(), lr=2e-3)
buffer, gamma, steps = ReplayBuffer(3000), 0.95, 2400

state = env.reset()
for step in range(steps):
    epsilon = max(0.1, 1 - step / 1400)
    if random.random() < epsilon:
        action = random.randrange(4)
    else:
        with torch.no_grad():
            action = q(torch.from_numpy(state)).argmax().item()
    next_state, reward, done, cut = env.step(action)
    buffer.push(state, action, reward, next_state, done)
    state = env.reset() if done or cut else next_state

    if len(buffer) >= 200 and step % 3 == 0:
        s, a, r, s2, d = buffer.sample(64)
        with torch.no_grad():
            goal = r + gamma * (1 - d) * target(s2).max(1).values
        loss = F.smooth_l1_loss(q(s).gather(1, a[:, None]).squeeze(1), goal)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if step % 100 == 0:
        target.load_state_dict(q.state_dict())
    if step % 800 == 799:
        print(f"step {step + 1} loss {loss.item():.4f}")

print(f"METRIC mean_return {evaluate(env, q):.4f}")
