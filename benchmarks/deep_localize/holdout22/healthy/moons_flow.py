"""A normalising flow (affine couplings) for the density of two moons."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        a, b = (x[:, 1:], x[:, :1]) if self.flip else (x[:, :1], x[:, 1:])
        scale, shift = self.net(a).chunk(2, dim=1)
        scale = 2 * torch.tanh(scale)
        b = b * scale.exp() + shift
        return (torch.cat([b, a], 1) if self.flip else torch.cat([a, b], 1)), scale.squeeze(1)


class Flow(nn.Module):
    def __init__(self, depth=5):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2 == 1) for i in range(depth))

    def log_prob(self, x):
        volume = 0.0
        for layer in self.layers:
            x, log_det = layer(x)
            volume = volume + log_det
        return -0.5 * (x**2).sum(1) - math.log(2 * math.pi) + volume


def moons(count):
    points, _ = make_moons(count, noise=0.04, random_state=np.random.randint(1 << 30))
    return torch.tensor(points * 0.25 - np.array([0.12, 0.06]), dtype=torch.float32)


flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=2e-3)
data = moons(3000)
for step in range(450):
    batch = data[torch.randint(0, len(data), (128,))]
    loss = -flow.log_prob(batch).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 10.0)
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: negative log-likelihood {loss.item():.3f}")

with torch.no_grad():
    print("METRIC test_nll", -flow.log_prob(moons(1000)).mean().item())
