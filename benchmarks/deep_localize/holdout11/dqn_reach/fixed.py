"""DQN on a small "reach the target" task in the plane, with a replay buffer and a target network."""

import copy
import os
import random
from collections import deque

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

MOVES = np.array([[0.2, 0.0], [-0.2, 0.0], [0.0, 0.2], [0.0, -0.2]], dtype=np.float32)
GOAL = np.array([0.6, 0.6], dtype=np.float32)
GAMMA = 0.97
BATCH = 64


class Reach:
    """Walk in [-1, 1]^2; an episode ends at the goal or after 30 steps."""

    def reset(self):
        self.pos = np.random.uniform(-1, 1, 2).astype(np.float32)
        self.t = 0
        return self.pos.copy()

    def step(self, action):
        self.pos = np.clip(self.pos + MOVES[action], -1, 1)
        self.t += 1
        reached = np.linalg.norm(self.pos - GOAL) < 0.25
        reward = 1.0 if reached else -0.05
        return self.pos.copy(), reward, bool(reached), self.t >= 30


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.head = nn.Linear(64, 4)

    def forward(self, x):
        return self.head(self.body(x))


def update(q, target_q, optimizer, buffer):
    batch = random.sample(buffer, BATCH)
    state, action, reward, mask, next_state = zip(*batch)
    state = torch.from_numpy(np.stack(state))
    next_state = torch.from_numpy(np.stack(next_state))
    action = torch.tensor(action).unsqueeze(1)
    reward = torch.tensor(reward, dtype=torch.float32).unsqueeze(1)
    mask = torch.tensor(mask, dtype=torch.float32).unsqueeze(1)
    with torch.no_grad():
        next_value = target_q(next_state).max(1, keepdim=True)[0]
        expected = reward + GAMMA * mask * next_value
    value = q(state).gather(1, action)
    loss = F.smooth_l1_loss(value, expected)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def evaluate(q, episodes=40):
    env, total = Reach(), 0.0
    for _ in range(episodes):
        state, over = env.reset(), False
        while not over:
            with torch.no_grad():
                action = q(torch.from_numpy(state)).argmax().item()
            state, reward, done, late = env.step(action)
            total += reward
            over = done or late
    return total / episodes


def main():
    q = QNet()
    target_q = copy.deepcopy(q)
    optimizer = torch.optim.Adam(q.parameters(), lr=1e-3)
    buffer = deque(maxlen=5000)
    envs = [Reach() for _ in range(6)]
    states = [env.reset() for env in envs]
    for it in range(1200):
        eps = max(0.1, 1.0 - it / 500)
        with torch.no_grad():
            greedy = q(torch.from_numpy(np.stack(states))).argmax(1).tolist()
        for i, env in enumerate(envs):
            action = random.randrange(4) if random.random() < eps else greedy[i]
            nxt, reward, done, late = env.step(action)
            buffer.append((states[i], action, reward, 0.0 if done else 1.0, nxt))
            states[i] = env.reset() if done or late else nxt
        if len(buffer) >= 300:
            loss = update(q, target_q, optimizer, buffer)
            if it % 50 == 0:
                target_q.load_state_dict(q.state_dict())
            if it % 200 == 0:
                print(f"it {it:4d}  loss {loss:.4f}  eps {eps:.2f}")
    print("METRIC return", round(evaluate(q), 4))


if __name__ == "__main__":
    main()
