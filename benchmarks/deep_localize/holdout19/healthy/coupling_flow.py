"""Density estimation of a thin spiral with a stack of affine coupling layers."""

import math
import os
import random

import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Coupling(nn.Module):
    def __init__(self, flip, width=32):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
        )
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        if self.flip:
            a, b = b, a
        s, t = self.net(a).chunk(2, dim=1)
        s = self.scale * torch.tanh(s)
        b = b * s.exp() + t
        return torch.cat([b, a] if self.flip else [a, b], dim=1), s.squeeze(1)


class Flow(nn.Module):
    def __init__(self, n_layers=6):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(i % 2 == 1) for i in range(n_layers))

    def log_prob(self, x):
        log_det = 0.0
        for layer in self.layers:
            x, s = layer(x)
            log_det = log_det + s
        return -0.5 * x.pow(2).sum(1) - math.log(2 * math.pi) + log_det


def arc(n):
    """A thin arc, whose density is far above one."""
    t = torch.rand(n) * 2 - 1
    return torch.stack([0.5 * t, 0.3 * t**2], dim=1) + 0.01 * torch.randn(n, 2)


flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=6e-3, total_steps=450)
with torch.no_grad():
    print("nll before", -flow.log_prob(arc(1000)).mean().item())

for step in range(450):
    nll = -flow.log_prob(arc(128)).mean()
    optimizer.zero_grad()
    nll.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    scheduler.step()
    if step % 100 == 0:
        print(f"{step}: nll {nll.item():.3f}")

with torch.no_grad():
    print("METRIC test_nll", -flow.log_prob(arc(2000)).mean().item())
