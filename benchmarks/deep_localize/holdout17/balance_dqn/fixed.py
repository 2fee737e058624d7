"""DQN keeps a small inverted pendulum from falling over; many copies of the environment run side by side."""

import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

GAMMA = 0.97
ENVS = 16
LIMIT = 0.6
HORIZON = 120


class Balance:
    """Angle and speed of a pole; two actions push it left or right; +1 for every step upright."""

    def __init__(self, count):
        self.state = torch.zeros(count, 2)
        self.age = torch.zeros(count)
        self.reset(torch.ones(count, dtype=torch.bool))

    def reset(self, which):
        self.state[which] = (torch.rand(int(which.sum()), 2) - 0.5) * 0.4
        self.age[which] = 0

    def step(self, action):
        angle, speed = self.state[:, 0], self.state[:, 1]
        push = (action.float() * 2 - 1) * 3.0
        speed = speed + 0.1 * (2.5 * torch.sin(angle) + push + 0.3 * torch.randn_like(angle))
        angle = angle + 0.1 * speed
        self.state = torch.stack([angle, speed], dim=1)
        self.age += 1
        fallen = angle.abs() > LIMIT
        timeout = (self.age >= HORIZON) & ~fallen
        return self.state.clone(), torch.ones(len(angle)), fallen, timeout


class Replay:
    def __init__(self, size):
        self.size, self.rows = size, None
        self.next, self.filled = 0, 0

    def add(self, *columns):
        if self.rows is None:
            self.rows = [torch.zeros(self.size, *column.shape[1:], dtype=column.dtype) for column in columns]
        index = (self.next + torch.arange(len(columns[0]))) % self.size
        for row, column in zip(self.rows, columns):
            row[index] = column
        self.next = int((self.next + len(index)) % self.size)
        self.filled = min(self.size, self.filled + len(index))

    def sample(self, count):
        index = torch.randint(self.filled, (count,))
        return [row[index] for row in self.rows]


def evaluate(policy, episodes=40):
    env = Balance(episodes)
    alive, total = torch.ones(episodes, dtype=torch.bool), torch.zeros(episodes)
    with torch.no_grad():
        for _ in range(HORIZON):
            _, reward, fallen, _ = env.step(policy(env.state).argmax(1))
            total += reward * alive
            alive &= ~fallen
    return total.mean().item()


policy_net = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2))
target_net = copy.deepcopy(policy_net)
optimizer = torch.optim.Adam(policy_net.parameters(), lr=1e-3)
replay = Replay(8000)
env = Balance(ENVS)

for step in range(1500):
    epsilon = max(0.05, 1.0 - step / 500)
    state = env.state.clone()
    with torch.no_grad():
        greedy = policy_net(state).argmax(1)
    action = torch.where(torch.rand(ENVS) < epsilon, torch.randint(2, (ENVS,)), greedy)
    next_state, reward, fallen, timeout = env.step(action)
    replay.add(state, action, reward, next_state, fallen.float())
    env.reset(fallen | timeout)

    if replay.filled >= 500:
        s, a, r, s2, done = replay.sample(64)
        q = policy_net(s).gather(1, a.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            target = r + GAMMA * target_net(s2).max(1).values * (1 - done)
        loss = F.smooth_l1_loss(q, target)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(policy_net.parameters(), 10.0)
        optimizer.step()
        if step % 50 == 0:
            target_net.load_state_dict(policy_net.state_dict())
    if step % 300 == 299:
        print(f"step {step + 1} epsilon {epsilon:.2f} loss {loss.item():.4f} return {evaluate(policy_net):.1f}")

print(f"METRIC mean_return {evaluate(policy_net):.2f}")
