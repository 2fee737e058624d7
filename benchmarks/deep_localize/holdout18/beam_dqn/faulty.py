"""DQN that keeps a ball on a tilting beam. An episode ends when the ball falls off or after 100 steps."""

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

GAMMA = 0.97
MAX_STEPS = 100


class BeamEnv:
    """Observation: position, velocity. Action 0 tilts left, 1 tilts right. Reward 1 for every step on the beam."""

    def reset(self):
        self.x, self.v, self.t = random.uniform(-0.3, 0.3), random.uniform(-0.1, 0.1), 0
        return np.array([self.x, self.v * 3], dtype=np.float32)

    def step(self, action):
        push = 0.06 if action == 1 else -0.06
        self.v += push + 0.05 * self.x + random.gauss(0, 0.01)
        self.x += self.v
        self.t += 1
        fallen = abs(self.x) > 1.0
        truncated = self.t >= MAX_STEPS
        return np.array([self.x, self.v * 3], dtype=np.float32), 1.0, fallen, truncated


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 64)
        self.fc2 = nn.Linear(64, 64)
        self.out = nn.Linear(64, 2)

    def forward(self, s):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(s)))))


q_net = QNet()
target_net = copy.deepcopy(q_net)
optimizer = torch.optim.Adam(q_net.parameters(), lr=1e-3)
memory = deque(maxlen=10000)
env = BeamEnv()


def act(state, eps):
    if random.random() < eps:
        return random.randrange(2)
    with torch.no_grad():
        return int(q_net(torch.from_numpy(state)).argmax())


def learn(batch_size=64):
    batch = random.sample(memory, batch_size)
    s, a, r, s2, done = zip(*batch)
    s = torch.from_numpy(np.stack(s))
    s2 = torch.from_numpy(np.stack(s2))
    a = torch.tensor(a).unsqueeze(1)
    r = torch.tensor(r, dtype=torch.float32)
    q = q_net(s).gather(1, a).squeeze(1)
    with torch.no_grad():
        target = r + GAMMA * target_net(s2).max(1)[0]
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


state = env.reset()
updates = 0
for step in range(5000):
    eps = max(0.1, 1.0 - step / 3000)
    action = act(state, eps)
    next_state, reward, done, truncated = env.step(action)
    memory.append((state, action, reward, next_state, done))
    state = env.reset() if done or truncated else next_state
    if step >= 500 and step % 3 == 0:
        loss = learn()
        updates += 1
        if updates % 100 == 0:
            target_net.load_state_dict(q_net.state_dict())
    if step % 1000 == 999:
        print(f"step {step + 1} eps {eps:.2f} loss {loss:.4f}")

lengths = []
for _ in range(20):
    state, t, over = env.reset(), 0, False
    while not over:
        state, _, done, truncated = env.step(act(state, 0.0))
        over = done or truncated
        t += 1
    lengths.append(t)
print(f"METRIC mean_return {np.mean(lengths):.2f}")
