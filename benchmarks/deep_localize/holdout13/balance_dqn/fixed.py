"""Double DQN on a small pole balancing task."""

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


class Pole:
    """An inverted pendulum that is pushed left or right; reward 1 for every step until it falls."""

    limit = 100

    def reset(self):
        self.angle, self.speed = np.random.uniform(-0.1, 0.1, 2)
        self.t = 0
        return self.observe()

    def observe(self):
        return np.array([self.angle * 3, self.speed * 1.5], dtype=np.float32)

    def step(self, action):
        push = 1.0 if action == 1 else -1.0
        self.speed += 0.05 * (6.0 * self.angle + 3.0 * push) + np.random.normal(0, 0.02)
        self.angle += 0.05 * self.speed
        self.t += 1
        fallen = abs(self.angle) > 0.35
        return self.observe(), 1.0, fallen, fallen or self.t >= self.limit


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 32)
        self.fc2 = nn.Linear(32, 32)
        self.out = nn.Linear(32, 2)

    def forward(self, s):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(s)))))


GAMMA, BATCH = 0.95, 64
env = Pole()
q_net, target_net = QNet(), QNet()
target_net.load_state_dict(q_net.state_dict())
optimizer = torch.optim.Adam(q_net.parameters(), lr=2e-3)
memory = deque(maxlen=5000)


def update():
    batch = random.sample(memory, BATCH)
    s, a, r, s2, done = (torch.tensor(np.array(v)) for v in zip(*batch))
    q = q_net(s).gather(1, a[:, None]).squeeze(1)
    with torch.no_grad():
        best = q_net(s2).argmax(1, keepdim=True)
        q_next = target_net(s2).gather(1, best).squeeze(1)
        target = r + GAMMA * q_next * (1 - done)
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


steps, state = 0, env.reset()
while steps < 3000:
    epsilon = max(0.1, 1 - steps / 1500)
    if random.random() < epsilon:
        action = random.randrange(2)
    else:
        with torch.no_grad():
            action = q_net(torch.from_numpy(state)[None]).argmax().item()
    nxt, reward, fallen, over = env.step(action)
    memory.append((state, action, np.float32(reward), nxt, np.float32(fallen)))
    state = env.reset() if over else nxt
    steps += 1
    if len(memory) >= 200 and steps % 2 == 0:
        loss = update()
    if steps % 100 == 0:
        target_net.load_state_dict(q_net.state_dict())
    if steps % 500 == 0:
        print(steps, f"loss {loss:.4f}")

lengths = []
for _ in range(15):
    state, over = env.reset(), False
    while not over:
        with torch.no_grad():
            action = q_net(torch.from_numpy(state)[None]).argmax().item()
        state, _, _, over = env.step(action)
    lengths.append(env.t)
print(f"METRIC episode_length {np.mean(lengths):.3f}")
