"""Normalising flow of affine couplings; its negative log-likelihood may fall below zero."""

import math
import os

import torch
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)


def spiral(n):
    t = 1.5 + 6 * torch.rand(n)
    p = torch.stack([t * torch.cos(t), t * torch.sin(t)], dim=1) / 20
    return p + 0.01 * torch.randn(n, 2)


class Coupling(nn.Module):
    def __init__(self, flip, width=48):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
        )
        self.net[-1].weight.data.mul_(0.1)
        self.net[-1].bias.data.zero_()

    def forward(self, x):
        keep, change = x.chunk(2, 1)
        if self.flip:
            keep, change = change, keep
        s, shift = self.net(keep).chunk(2, 1)
        s = 2 * torch.tanh(s / 2)
        change = change * s.exp() + shift
        out = torch.cat([change, keep] if self.flip else [keep, change], 1)
        return out, s.squeeze(1)


class Flow(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        self.steps = nn.ModuleList(Coupling(i % 2 == 1) for i in range(depth))

    def log_prob(self, x):
        total = torch.zeros(len(x))
        for step in self.steps:
            x, log_det = step(x)
            total = total + log_det
        return total - 0.5 * x.pow(2).sum(1) - math.log(2 * math.pi)


flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=3e-3)
held_out = spiral(2000)
for step in range(600):
    loss = -flow.log_prob(spiral(256)).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: nll {loss.item():.3f}")

with torch.no_grad():
    print("METRIC nll", -flow.log_prob(held_out).mean().item())
