"""A normalising flow of affine couplings fitted by exact likelihood to a curved density in four dimensions."""

import math
import os
import random

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

DIM = 4


def sample_data(n):
    a = torch.randn(n, 1) * 0.3
    b = torch.randn(n, 1) * 0.3
    c = 2 * a**2 + 0.02 * torch.randn(n, 1)
    d = torch.sin(4 * b) * 0.5 + 0.02 * torch.randn(n, 1)
    return torch.cat([a, b, c, d], 1)


class Coupling(nn.Module):
    def __init__(self, flip):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(nn.Linear(DIM // 2, 48), nn.Tanh(), nn.Linear(48, DIM))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        x1, x2 = x.chunk(2, 1)
        if self.flip:
            x1, x2 = x2, x1
        log_scale, shift = self.net(x1).chunk(2, 1)
        log_scale = 3 * torch.tanh(log_scale / 3)
        x2 = x2 * log_scale.exp() + shift
        out = torch.cat([x2, x1] if self.flip else [x1, x2], 1)
        return out, log_scale.sum(1)


class Flow(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(DIM))
        self.layers = nn.ModuleList(Coupling(k % 2 == 1) for k in range(depth))

    def log_prob(self, x):
        z, total = x * self.log_scale.exp(), self.log_scale.sum()
        for layer in self.layers:
            z, change = layer(z)
            total = total + change
        return -0.5 * z.pow(2).sum(1) - 0.5 * DIM * math.log(2 * math.pi) + total


flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=3e-3)
for step in range(500):
    nll = -flow.log_prob(sample_data(128)).mean()
    optimizer.zero_grad(set_to_none=True)
    nll.backward()
    torch.nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    if step == 350:
        for group in optimizer.param_groups:
            group["lr"] *= 0.2
    if step % 100 == 0:
        print(f"step {step} nats {nll.item():.3f}")

with torch.no_grad():
    print("METRIC nll", -flow.log_prob(sample_data(2000)).mean().item())
