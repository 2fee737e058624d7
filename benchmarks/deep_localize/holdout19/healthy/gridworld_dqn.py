"""Deep Q-learning with replay and a slowly moving target network on a small grid with pits."""

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

SIDE = 5
GOAL, PITS = (4, 4), {(1, 1), (2, 3), (3, 1)}
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]


class Grid:
    def reset(self, start=None):
        while start is None or start in PITS or start == GOAL:
            start = (random.randrange(SIDE), random.randrange(SIDE))
        self.at, self.time = start, 0
        return self.at

    def step(self, a):
        r = min(max(self.at[0] + MOVES[a][0], 0), SIDE - 1)
        c = min(max(self.at[1] + MOVES[a][1], 0), SIDE - 1)
        self.at, self.time = (r, c), self.time + 1
        if self.at == GOAL:
            return self.at, 1.0, True
        if self.at in PITS:
            return self.at, -1.0, True
        return self.at, -0.04, False


def encode(cells):
    x = torch.zeros(len(cells), SIDE * SIDE)
    for i, (r, c) in enumerate(cells):
        x[i, r * SIDE + c] = 1
    return x


class QNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(SIDE * SIDE, 48), nn.ReLU(), nn.Linear(48, 4))

    def forward(self, x):
        return self.layers(x)


online, target = QNetwork(), QNetwork()
target.load_state_dict(online.state_dict())
for p in target.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.RMSprop(online.parameters(), lr=1e-3)
memory = deque(maxlen=3000)


def learn(batch_size=32, gamma=0.95, tau=0.02):
    s, a, r, s2, done = zip(*random.sample(memory, batch_size))
    q = online(encode(s)).gather(1, torch.tensor(a)[:, None]).squeeze(1)
    not_over = 1.0 - torch.tensor(done, dtype=torch.float32)
    best = target(encode(s2)).max(dim=1).values
    loss = F.smooth_l1_loss(q, torch.tensor(r) + gamma * not_over * best)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    for slow, fast in zip(target.parameters(), online.parameters()):
        slow.data.lerp_(fast.data, tau)
    return loss.item()


env = Grid()
state = env.reset()
for step in range(2400):
    eps = max(0.1, 1.0 - step / 1200)
    if random.random() < eps:
        action = random.randrange(4)
    else:
        with torch.no_grad():
            action = online(encode([state])).argmax().item()
    nxt, reward, done = env.step(action)
    memory.append((state, action, reward, nxt, done))
    state = env.reset() if done or env.time > 40 else nxt
    if step >= 200 and step % 2 == 0:
        loss = learn()
        if step % 600 == 0:
            print(f"step {step} eps {eps:.2f} td loss {loss:.4f}")

reached = tried = 0
for start in [(r, c) for r in range(SIDE) for c in range(SIDE) if (r, c) not in PITS | {GOAL}]:
    state, done, tried = env.reset(start), False, tried + 1
    while not done and env.time < 15:
        with torch.no_grad():
            state, reward, done = env.step(online(encode([state])).argmax().item())
    reached += state == GOAL
print("METRIC goal_rate", reached / tried)
