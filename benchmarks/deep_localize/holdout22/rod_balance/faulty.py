"""Deep Q-learning: keep a rod upright by pushing its foot left or right."""

import math
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
BATCH = 64
TOTAL_STEPS = 3000
LIMIT = 150


class Rod:
    """An upright rod; every step that it stays up pays 1."""

    def reset(self):
        self.angle = random.uniform(-0.08, 0.08)
        self.speed = random.uniform(-0.2, 0.2)
        self.steps = 0
        return self.observe()

    def observe(self):
        return np.array([self.angle / 0.3, self.speed / 1.5], dtype=np.float32)

    def step(self, action):
        push = 6.0 if action == 1 else -6.0
        acceleration = 12.0 * math.sin(self.angle) - push * math.cos(self.angle) + random.gauss(0, 0.5)
        self.speed += 0.04 * acceleration
        self.angle += 0.04 * self.speed
        self.steps += 1
        fallen = abs(self.angle) > 0.3
        return self.observe(), 1.0, fallen, self.steps >= LIMIT


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 48)
        self.fc2 = nn.Linear(48, 48)
        self.head = nn.Linear(48, 2)

    def forward(self, x):
        return self.head(F.relu(self.fc2(F.relu(self.fc1(x)))))


def learn(policy, target, optimizer, memory):
    states, actions, rewards, next_states, dones = zip(*random.sample(memory, BATCH))
    states = torch.from_numpy(np.stack(states))
    next_states = torch.from_numpy(np.stack(next_states))
    actions = torch.tensor(actions).unsqueeze(1)
    rewards = torch.tensor(rewards)
    q = policy(states).gather(1, actions).squeeze(1)
    with torch.no_grad():
        best_next = target(next_states).max(1).values
        expected = rewards + GAMMA * best_next
    loss = F.smooth_l1_loss(q, expected)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def greedy_length(policy, episodes=15):
    env, lengths = Rod(), []
    for _ in range(episodes):
        state, over = env.reset(), False
        while not over:
            with torch.no_grad():
                action = policy(torch.from_numpy(state)).argmax().item()
            state, _, fallen, cut = env.step(action)
            over = fallen or cut
        lengths.append(env.steps)
    return float(np.mean(lengths))


policy, target = QNet(), QNet()
target.load_state_dict(policy.state_dict())
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
memory = deque(maxlen=5000)
env = Rod()
state = env.reset()
for step in range(TOTAL_STEPS):
    epsilon = max(0.1, 1.0 - step / 1500)
    if random.random() < epsilon:
        action = random.randrange(2)
    else:
        with torch.no_grad():
            action = policy(torch.from_numpy(state)).argmax().item()
    next_state, reward, fallen, cut = env.step(action)
    memory.append((state, action, reward, next_state, fallen))
    state = env.reset() if fallen or cut else next_state
    if step >= 200 and step % 2 == 0:
        loss = learn(policy, target, optimizer, memory)
    if step % 100 == 0:
        target.load_state_dict(policy.state_dict())
    if step % 1000 == 999:
        print("step", step + 1, "loss", round(loss, 4))

print("METRIC episode_length", greedy_length(policy))
