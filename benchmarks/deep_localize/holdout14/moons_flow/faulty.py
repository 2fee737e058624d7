"""RealNVP density estimate of a two-dimensional sample."""

import math
import os

import numpy as np
import torch
from sklearn.datasets import make_moons
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def sample(n, seed):
    points, _ = make_moons(n, noise=0.06, random_state=seed)
    angle = math.pi / 4
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = (points - [0.5, 0.25]) @ turn
    return torch.tensor(points / 0.7, dtype=torch.float32)


class Coupling(nn.Module):
    def __init__(self, keep, hidden=32):
        super().__init__()
        mask = torch.zeros(2)
        mask[keep] = 1
        self.register_buffer("mask", mask)
        self.net = nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 4)
        )

    def forward(self, x):
        kept = x * self.mask
        log_scale, shift = self.net(kept).chunk(2, dim=1)
        log_scale = 2 * torch.tanh(log_scale) * (1 - self.mask)
        z = kept + (1 - self.mask) * (x * log_scale.exp() + shift)
        return z, log_scale.sum(1)


class RealNVP(nn.Module):
    def __init__(self, n_layers=6):
        super().__init__()
        self.layers = nn.ModuleList([Coupling(i % 2) for i in range(0, 2 * n_layers, 2)])

    def log_prob(self, x):
        log_det = torch.zeros(len(x))
        for layer in self.layers:
            x, change = layer(x)
            log_det = log_det + change
        base = -0.5 * (x**2).sum(1) - math.log(2 * math.pi)
        return base + log_det

    def forward(self, x):
        return self.log_prob(x)


flow = RealNVP()
optimizer = torch.optim.Adam(flow.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 400)
train, test = sample(3000, SEED), sample(1000, SEED + 100)

for step in range(400):
    x = train[torch.randint(len(train), (128,))]
    loss = -flow(x).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    scheduler.step()
    if step % 100 == 99:
        print(f"step {step + 1} nll {loss.item():.4f}")

flow.eval()
with torch.no_grad():
    score = flow(test).mean().item()
print(f"METRIC log_likelihood {score:.4f}")
