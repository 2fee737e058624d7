"""Deep Q-learning keeps a pole upright; sixteen carts are simulated side by side."""

import os
import random
from collections import deque

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

CARTS, GAMMA, BATCH, LIMIT = 16, 0.97, 64, 200


class Carts:
    """The usual cart and pole, as many as wanted; a fallen pole starts anew."""

    def __init__(self, n):
        self.n = n
        self.state = np.random.uniform(-0.05, 0.05, (n, 4))
        self.age = np.zeros(n, dtype=int)

    def step(self, action):
        x, v, a, w = self.state.T
        force = np.where(action == 1, 10.0, -10.0)
        temp = (force + 0.05 * w**2 * np.sin(a)) / 1.1
        acc_a = (9.8 * np.sin(a) - np.cos(a) * temp) / (0.5 * (4 / 3 - 0.1 * np.cos(a) ** 2 / 1.1))
        acc_x = temp - 0.05 * acc_a * np.cos(a) / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * acc_x, a + 0.02 * w, w + 0.02 * acc_a], axis=1)
        self.age += 1
        fallen = (np.abs(self.state[:, 0]) > 2.4) | (np.abs(self.state[:, 2]) > 0.21)
        after = self.state.copy()
        over = fallen | (self.age >= LIMIT)
        lengths = self.age[over].tolist()
        self.state[over] = np.random.uniform(-0.05, 0.05, (int(over.sum()), 4))
        self.age[over] = 0
        return after, np.ones(self.n), fallen, lengths


class QNet(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, s):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(s)))))


def evaluate(net, episodes=16):
    carts, lengths = Carts(episodes), np.zeros(episodes)
    alive = np.ones(episodes, dtype=bool)
    for _ in range(LIMIT):
        with torch.no_grad():
            action = net(torch.tensor(carts.state, dtype=torch.float32)).argmax(1).numpy()
        _, _, fallen, _ = carts.step(action)
        lengths += alive
        alive &= ~fallen
    return lengths.mean()


memory = deque(maxlen=8000)
online, target = QNet(), QNet()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=2e-3)
carts = Carts(CARTS)
recent = deque(maxlen=50)

for step in range(2600):
    epsilon = max(0.05, 1.0 - step / 700)
    state = carts.state.copy()
    with torch.no_grad():
        greedy = online(torch.tensor(state, dtype=torch.float32)).argmax(1).numpy()
    action = np.where(np.random.rand(CARTS) < epsilon, np.random.randint(0, 2, CARTS), greedy)
    next_state, reward, done, lengths = carts.step(action)
    recent.extend(lengths)
    for i in range(CARTS):
        memory.append((state[i], action[i], reward[i], next_state[i], float(done[i])))
    if len(memory) < 500:
        continue

    s, a, r, s2, d = (np.array(column) for column in zip(*random.sample(memory, BATCH)))
    s, s2 = torch.tensor(s, dtype=torch.float32), torch.tensor(s2, dtype=torch.float32)
    a, r, d = torch.tensor(a), torch.tensor(r, dtype=torch.float32), torch.tensor(d, dtype=torch.float32)
    q = online(s).gather(1, a.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        best_next = target(s2).max(1).values
        expected = r + GAMMA * best_next * (1 - d)
    loss = F.smooth_l1_loss(q, expected)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 10.0)
    optimizer.step()
    if step % 40 == 0:
        target.load_state_dict(online.state_dict())
    if step % 400 == 0:
        print(f"step {step}: loss {loss.item():.4f}, mean length {np.mean(recent) if recent else 0:.1f}")

print("METRIC pole_steps", evaluate(online))
