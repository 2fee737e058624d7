"""Double DQN with replay and a target network in a 5x5 grid with pits."""

import os
import random
from collections import deque

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

SIZE, GOAL, PITS = 5, (4, 4), {(1, 1), (3, 2), (2, 4)}
MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]


class Grid:
    def reset(self, anywhere=True):
        cells = [(y, x) for y in range(SIZE) for x in range(SIZE) if (y, x) != GOAL and (y, x) not in PITS]
        self.cell, self.clock = random.choice(cells) if anywhere else (0, random.randint(0, 1)), 0
        return self.cell

    def step(self, action):
        dy, dx = MOVES[action]
        self.cell = (min(max(self.cell[0] + dy, 0), SIZE - 1), min(max(self.cell[1] + dx, 0), SIZE - 1))
        self.clock += 1
        if self.cell == GOAL:
            return self.cell, 1.0, True, False
        if self.cell in PITS:
            return self.cell, -1.0, True, False
        return self.cell, -0.02, False, self.clock >= 30


def encode(cell):
    v = torch.zeros(SIZE * SIZE)
    v[cell[0] * SIZE + cell[1]] = 1.0
    return v


def make_net():
    return nn.Sequential(nn.Linear(SIZE * SIZE, 64), nn.ReLU(), nn.Linear(64, 4))


online, target = make_net(), make_net()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=2e-3)
memory = deque(maxlen=5000)
env, gamma, steps, returns = Grid(), 0.95, 4000, []
cell, total = env.reset(), 0.0

for step in range(steps):
    epsilon = max(0.05, 1 - step / 2500)
    if random.random() < epsilon:
        action = random.randrange(4)
    else:
        with torch.no_grad():
            action = online(encode(cell)).argmax().item()
    nxt, reward, done, truncated = env.step(action)
    memory.append((encode(cell), action, reward, encode(nxt), float(done)))
    total += reward
    cell = nxt
    if done or truncated:
        returns.append(total)
        cell, total = env.reset(), 0.0
    if step >= 200 and step % 2 == 0:
        s, a, r, s2, d = zip(*random.sample(memory, 48))
        s, s2 = torch.stack(s), torch.stack(s2)
        a, r, d = torch.tensor(a), torch.tensor(r), torch.tensor(d)
        with torch.no_grad():
            best = online(s2).argmax(1, keepdim=True)
            goal = r + gamma * (1 - d) * target(s2).gather(1, best).squeeze(1)
        q = online(s).gather(1, a[:, None]).squeeze(1)
        loss = nn.functional.smooth_l1_loss(q, goal)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if step % 100 == 0:
        target.load_state_dict(online.state_dict())
    if step % 500 == 499:
        print(f"step {step + 1} mean return {sum(returns[-20:]) / 20:.3f}")

rewards = []
for _ in range(20):
    cell, over, total = env.reset(anywhere=False), False, 0.0
    while not over:
        with torch.no_grad():
            cell, reward, done, truncated = env.step(online(encode(cell)).argmax().item())
        total += reward
        over = done or truncated
    rewards.append(total)
print("METRIC mean_return", sum(rewards) / len(rewards))
