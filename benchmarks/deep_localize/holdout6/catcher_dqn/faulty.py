"""DQN with replay for a game of catch: a ball falls, a paddle moves below it."""

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

SIZE = 6


class Catch:
    def __init__(self):
        self.state = np.zeros(SIZE * SIZE, dtype=np.float32)

    def _draw(self):
        self.state[:] = 0.0
        self.state[self.ball_y * SIZE + self.ball_x] = 1.0
        self.state[(SIZE - 1) * SIZE + self.paddle] = 1.0
        return self.state

    def reset(self):
        self.ball_x, self.ball_y = random.randrange(SIZE), 0
        self.paddle = random.randrange(SIZE)
        return self._draw()

    def step(self, action):
        self.paddle = min(max(self.paddle + action - 1, 0), SIZE - 1)
        self.ball_y += 1
        done = self.ball_y == SIZE - 1
        reward = (1.0 if self.ball_x == self.paddle else -1.0) if done else 0.0
        return self._draw(), reward, done


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(SIZE * SIZE, 64)
        self.fc2 = nn.Linear(64, 64)
        self.out = nn.Linear(64, 3)

    def forward(self, x):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(x)))))


env = Catch()
q_net, target_net = QNet(), QNet()
target_net.load_state_dict(q_net.state_dict())
optimizer = torch.optim.Adam(q_net.parameters(), lr=2e-3)
memory = deque(maxlen=5000)
GAMMA, BATCH = 0.9, 64


def optimize():
    batch = random.sample(memory, BATCH)
    s, a, r, s2, d = zip(*batch)
    s, s2 = torch.stack(s), torch.stack(s2)
    a, r, d = torch.tensor(a), torch.tensor(r), torch.tensor(d, dtype=torch.float32)
    q = q_net(s).gather(1, a[:, None]).squeeze(1)
    with torch.no_grad():
        q_next = target_net(s2).max(1).values
    loss = F.smooth_l1_loss(q, r + GAMMA * q_next * (1 - d))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


steps, caught = 0, deque(maxlen=100)
for episode in range(500):
    state = torch.from_numpy(env.reset())
    done = False
    while not done:
        eps = max(0.05, 1.0 - steps / 1200)
        if random.random() < eps:
            action = random.randrange(3)
        else:
            with torch.no_grad():
                action = int(q_net(state[None]).argmax())
        next_state, reward, done = env.step(action)
        next_state = torch.from_numpy(next_state)
        memory.append((state, action, reward, next_state, float(done)))
        state = next_state
        steps += 1
        if len(memory) >= 200:
            optimize()
        if steps % 100 == 0:
            target_net.load_state_dict(q_net.state_dict())
    caught.append(reward > 0)
    if episode % 100 == 99:
        print(f"episode {episode + 1}: caught {np.mean(caught):.2f} eps {eps:.2f}")

print("METRIC caught", float(np.mean(caught)))
