"""DQN for a robot that has to reach a charging dock in a room (positions are continuous, moves are discrete)."""

import os
import random
from collections import deque

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)


class DockRoom:
    """Unit room, dock at the upper right; four moves of 0.12; -0.05 a step, +1 at the dock, 30 steps at most."""

    moves = np.array([[0.12, 0], [-0.12, 0], [0, 0.12], [0, -0.12]], dtype=np.float32)
    dock = np.array([0.85, 0.85], dtype=np.float32)

    def reset(self):
        self.pos = np.random.uniform(0, 0.6, 2).astype(np.float32)
        self.t = 0
        return self.pos.copy()

    def step(self, action):
        self.pos += self.moves[action]
        np.clip(self.pos, 0, 1, out=self.pos)
        self.t += 1
        reached = np.abs(self.pos - self.dock).max() < 0.13
        reward = 1.0 if reached else -0.05
        return self.pos.copy(), reward, bool(reached), self.t >= 30


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.q = nn.Linear(48, 4)

    def forward(self, obs):
        return self.q(self.body(2 * obs - 1))


class Replay:
    def __init__(self, size=5000):
        self.rows = deque(maxlen=size)

    def add(self, *row):
        self.rows.append(row)

    def sample(self, n):
        obs, action, reward, nxt, done = zip(*random.sample(self.rows, n))
        return (
            torch.from_numpy(np.stack(obs)),
            torch.tensor(action),
            torch.tensor(reward),
            torch.from_numpy(np.stack(nxt)),
            torch.tensor(done, dtype=torch.float32),
        )


def learn(online, target, optimizer, batch, gamma=0.95):
    obs, action, reward, nxt, done = batch
    q = online(obs).gather(1, action.unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        best = online(nxt).argmax(1, keepdim=True)
        goal = reward + gamma * (1 - done) * target(nxt).gather(1, best).squeeze(1)
    loss = nn.functional.smooth_l1_loss(q, goal)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 10.0)
    optimizer.step()
    return loss.item()


@torch.no_grad()
def success_rate(net, episodes=60):
    env, wins = DockRoom(), 0
    for _ in range(episodes):
        obs, reached, over = env.reset(), False, False
        while not (reached or over):
            obs, _, reached, over = env.step(net(torch.from_numpy(obs)).argmax().item())
        wins += reached
    return wins / episodes


env, replay = DockRoom(), Replay()
online, target = QNet(), QNet()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=1e-3)

steps, obs, loss = 0, env.reset(), 0.0
while steps < 2400:
    epsilon = max(0.05, 1.0 - steps / 1200)
    with torch.no_grad():
        action = random.randrange(4) if random.random() < epsilon else online(torch.from_numpy(obs)).argmax().item()
    nxt, reward, reached, over = env.step(action)
    replay.add(obs, action, reward, nxt, reached)
    obs = env.reset() if reached or over else nxt
    steps += 1
    if steps > 300 and steps % 2 == 0:
        loss = learn(online, target, optimizer, replay.sample(64))
    if steps % 100 == 0:
        target.load_state_dict(online.state_dict())
    if steps % 600 == 0:
        print(f"step {steps} loss {loss:.4f} epsilon {epsilon:.2f}")

print(f"METRIC success_rate {success_rate(online):.4f}")
