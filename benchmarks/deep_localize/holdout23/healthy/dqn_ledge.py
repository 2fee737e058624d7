"""Deep Q-learning with replay and a target network: cross a windy ledge to the goal."""

import copy
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

ROWS, COLS = 3, 5
MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]


class Ledge:
    """Start at the lower left, the goal is at the lower right, the cells between them are a drop."""

    def reset(self):
        self.r, self.c, self.t = ROWS - 1, 0, 0
        return self.state()

    def state(self):
        return np.array([self.r / (ROWS - 1), self.c / (COLS - 1), float(self.r == ROWS - 1)], dtype=np.float32)

    def step(self, action):
        dr, dc = MOVES[action]
        self.r = min(max(self.r + dr, 0), ROWS - 1)
        self.c = min(max(self.c + dc, 0), COLS - 1)
        self.t += 1
        if self.r == ROWS - 1 and 0 < self.c < COLS - 1:
            return self.state(), -1.0, True, False
        if self.r == ROWS - 1 and self.c == COLS - 1:
            return self.state(), 1.0, True, False
        return self.state(), -0.02, False, self.t >= 25


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 64)
        self.fc2 = nn.Linear(64, 64)
        self.q = nn.Linear(64, 4)

    def forward(self, x):
        return self.q(F.relu(self.fc2(F.relu(self.fc1(x)))))


env = Ledge()
policy_net = QNet()
target_net = copy.deepcopy(policy_net)
optimizer = torch.optim.Adam(policy_net.parameters(), lr=2e-3)
memory = deque(maxlen=4000)
GAMMA, BATCH = 0.95, 64


def optimize():
    batch = random.sample(memory, BATCH)
    s, a, r, s2, done = (torch.tensor(np.array(column)) for column in zip(*batch))
    q = policy_net(s).gather(1, a.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        best = policy_net(s2).argmax(1, keepdim=True)
        target = r.float() + GAMMA * target_net(s2).gather(1, best).squeeze(1) * (1 - done.float())
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy_net.parameters(), 1.0)
    optimizer.step()
    return loss.item()


steps, wins = 0, deque(maxlen=40)
state = env.reset()
while steps < 4200:
    eps = max(0.05, 1.0 - steps / 2000)
    if random.random() < eps:
        action = random.randrange(4)
    else:
        with torch.no_grad():
            action = policy_net(torch.from_numpy(state)).argmax().item()
    nxt, reward, done, cut = env.step(action)
    memory.append((state, action, reward, nxt, done))
    state = nxt
    steps += 1
    if len(memory) > 300 and steps % 3 == 0:
        loss = optimize()
    if steps % 150 == 0:
        target_net.load_state_dict(policy_net.state_dict())
    if done or cut:
        wins.append(float(reward == 1.0))
        state = env.reset()
    if steps % 600 == 0:
        print(f"step {steps} eps {eps:.2f} wins {np.mean(wins):.2f} loss {loss:.4f}")

state, total = env.reset(), 0.0
while True:
    with torch.no_grad():
        action = policy_net(torch.from_numpy(state)).argmax().item()
    state, reward, done, cut = env.step(action)
    total += reward
    if done or cut:
        break
print("greedy return", round(total, 3))
print("METRIC win_rate", np.mean(wins))
