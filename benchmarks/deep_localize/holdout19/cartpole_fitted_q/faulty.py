"""Balance a pole with Q-learning from transitions that a random policy collected."""

import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

GAMMA = 0.9
MAX_STEPS = 200


class CartPoles:
    """Many cart-poles that are simulated side by side."""

    def __init__(self, n, rng):
        self.n, self.rng = n, rng
        self.state = np.zeros((n, 4))
        self.reset(np.ones(n, dtype=bool))

    def reset(self, which):
        self.state[which] = self.rng.uniform(-0.05, 0.05, (which.sum(), 4))

    def step(self, action):
        x, v, th, w = self.state.T
        force = np.where(action == 1, 10.0, -10.0)
        temp = (force + 0.05 * w**2 * np.sin(th)) / 1.1
        th_acc = (9.8 * np.sin(th) - np.cos(th) * temp) / (0.5 * (4 / 3 - 0.1 * np.cos(th) ** 2 / 1.1))
        x_acc = temp - 0.05 * th_acc * np.cos(th) / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * x_acc, th + 0.02 * w, w + 0.02 * th_acc], axis=1)
        return (np.abs(self.state[:, 0]) > 2.4) | (np.abs(self.state[:, 2]) > 0.21)


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 64)
        self.fc2 = nn.Linear(64, 64)
        self.head = nn.Linear(64, 2)

    def forward(self, s):
        h = F.relu(self.fc1(s * s.new_tensor([1.0, 1.0, 5.0, 1.0])))
        return self.head(F.relu(self.fc2(h)))


def collect(steps, envs, rng):
    sim = CartPoles(envs, rng)
    rows = []
    for _ in range(steps):
        state = sim.state.copy()
        action = rng.integers(0, 2, envs)
        done = sim.step(action)
        rows.append((state, action, np.ones(envs), sim.state.copy(), done))
        sim.reset(done)
    s, a, r, s2, d = (np.concatenate(column) for column in zip(*rows))
    return (
        torch.tensor(s, dtype=torch.float32),
        torch.tensor(a),
        torch.tensor(r, dtype=torch.float32),
        torch.tensor(s2, dtype=torch.float32),
        torch.tensor(d, dtype=torch.float32),
    )


def mean_return(q_net, rng, envs=30):
    sim = CartPoles(envs, rng)
    alive, steps = np.ones(envs, dtype=bool), np.zeros(envs)
    for _ in range(MAX_STEPS):
        with torch.no_grad():
            action = q_net(torch.tensor(sim.state, dtype=torch.float32)).argmax(1).numpy()
        alive &= ~sim.step(action)
        steps += alive
    return steps.mean()


rng = np.random.default_rng(SEED)
states, actions, rewards, next_states, dones = collect(150, 60, rng)
q_net, target_net = QNet(), QNet()
target_net.load_state_dict(q_net.state_dict())
optimizer = torch.optim.Adam(q_net.parameters(), lr=2e-3)

for step in range(900):
    idx = torch.randint(0, len(states), (128,))
    q = q_net(states[idx]).gather(1, actions[idx].unsqueeze(1)).squeeze(1)
    with torch.no_grad():
        best_next = target_net(next_states[idx]).max(1).values
        target = rewards[idx] + GAMMA * best_next
    loss = F.mse_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        target_net.load_state_dict(q_net.state_dict())
    if step % 300 == 0:
        print(f"step {step} loss {loss.item():.4f} mean q {q.mean().item():.2f}")

print("METRIC mean_return", mean_return(q_net, rng))
